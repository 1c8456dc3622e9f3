using ActorPool.ThrowawayPostgres.Discovery;
using Npgsql;

namespace ActorPool.ThrowawayPostgres;

/// <summary>
/// A PostgreSQL server for the length of a test run, a demo or a benchmark. An existing server is used when a
/// connection string is given; else a new cluster is created in a temporary folder, on a free loopback port, and removed
/// at the end, also after a crash of its owner. All members are safe from any thread.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The environment variable that may hold the connection string of an existing server.</summary>
    public const string EnvironmentVariable = "ACTORPOOL_POSTGRES";

    private readonly string _connectionString;
    private readonly ThrowawayCluster? _cluster;
    private readonly DatabaseCommands _databases;
    private volatile bool _disposed;

    private PostgresServer(string connectionString, string description, ThrowawayCluster? cluster)
    {
        _connectionString = connectionString;
        _databases = new DatabaseCommands(connectionString);
        Description = description;
        _cluster = cluster;
    }

    /// <summary>
    /// The connection string. For a throwaway server: its superuser, the database <c>postgres</c>, no password, and no pooling
    /// keywords; for an existing server: the given string.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public string ConnectionString
    {
        get
        {
            ThrowIfDisposed();
            return _connectionString;
        }
    }

    /// <summary>The same through the Unix socket, with <see cref="PostgresServerOptions.UnixSocket"/>; null without.</summary>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public string? UnixSocketConnectionString
    {
        get
        {
            ThrowIfDisposed();
            return _cluster?.UnixSocketConnectionString;
        }
    }

    /// <summary>One line that says which server this is and whether it is removed. Shows no password.</summary>
    public string Description { get; }

    /// <summary>True for a throwaway server; false for an existing one, which is never stopped or restarted.</summary>
    public bool IsThrowaway => _cluster is not null;

    /// <summary>
    /// Returns a server that answers: the one of <see cref="PostgresServerOptions.ConnectionString"/>, else of
    /// <see cref="EnvironmentVariable"/>, else a throwaway one from the binaries on the PATH, in the usual install
    /// folders (newest first), or downloaded.
    /// </summary>
    /// <param name="options">The options of the server; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start, which then leaves nothing behind.</param>
    /// <exception cref="PostgresUnavailableException">There is none; the message says what to install.</exception>
    /// <exception cref="ArgumentException">A setting has a name that PostgreSQL cannot have, or no value.</exception>
    /// <exception cref="PlatformNotSupportedException">A Unix socket on Windows.</exception>
    public static Task<PostgresServer> StartAsync(
        PostgresServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        return StartAsync(options, BinarySearch.Usual(options.Progress), cancellationToken);
    }

    /// <summary>Checks that <see cref="StartAsync(PostgresServerOptions?, CancellationToken)"/> will find a server or its programs, and starts none.</summary>
    /// <param name="options">The options of the server; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresUnavailableException">There is none; the message says what to install.</exception>
    public static async Task FindAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        if (ExistingServer.Find(options) is { } existing)
            await existing.CheckAsync(options.Version, cancellationToken).ConfigureAwait(false);
        else
            await BinarySearch.Usual(options.Progress).FindAsync(options.Version, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<PostgresServer> StartAsync(
        PostgresServerOptions options,
        BinarySearch search,
        CancellationToken cancellationToken)
    {
        if (ExistingServer.Find(options) is { } existing)
        {
            await existing.CheckAsync(options.Version, cancellationToken).ConfigureAwait(false);
            return new PostgresServer(existing.ConnectionString, existing.Description, cluster: null);
        }

        // A wrong setting is refused before anything is started.
        var settings = new ServerSettings(options);
        var binaries = await search.FindAsync(options.Version, cancellationToken).ConfigureAwait(false);
        var cluster = await ThrowawayCluster.StartAsync(binaries, settings, cancellationToken).ConfigureAwait(false);
        return new PostgresServer(cluster.ConnectionString, cluster.Description, cluster);
    }

    /// <summary>Creates a database: an empty one, or a copy of another, which costs less than to migrate each.</summary>
    /// <param name="template">
    /// The database to copy, with its tables, rows and extensions. Its idle sessions, such as those that a pool keeps, are ended; one that
    /// works makes the copy fail. Null for an empty database.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The database; dispose it to drop it.</returns>
    /// <exception cref="ArgumentException">The template is of another server.</exception>
    /// <exception cref="InvalidOperationException">The server is stopped, or a session works in the template.</exception>
    /// <exception cref="ObjectDisposedException">The server or the template was disposed.</exception>
    /// <exception cref="PostgresException">The user of an existing server may not create databases.</exception>
    public async Task<PostgresDatabase> CreateDatabaseAsync(PostgresDatabase? template = null, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        if (template is not null && template.Server != this)
            throw new ArgumentException($"The database {template.Name} is one of another server, and only databases of this server can be copied.", nameof(template));

        // Throws when it was dropped.
        _ = template?.ConnectionString;
        var name = $"test_{Guid.NewGuid().ToString("N")[..12]}";
        try
        {
            await (template is null
                ? _databases.CreateAsync(name, cancellationToken)
                : _databases.CopyAsync(template.Name, name, cancellationToken)).ConfigureAwait(false);
        }
        catch (PostgresException e) when (template is not null && e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            throw new InvalidOperationException(
                $"The database {template.Name} cannot be copied while it is in use ({e.Detail ?? e.MessageText}). Dispose the connections to it, and their open transactions, first.", e);
        }
        catch (NpgsqlException e) when (_disposed)
        {
            throw DisposedException(e);
        }
        catch (NpgsqlException e) when (e is not PostgresException && _cluster is not null)
        {
            if (await _cluster.IsRunningAsync().ConfigureAwait(false))
                throw;
            throw new InvalidOperationException($"No database can be created while the server is stopped. {nameof(StartAgainAsync)} starts it.", e);
        }

        return new PostgresDatabase(this, name, _databases.ConnectionStringOf(name));
    }

    /// <summary>Stops the server and keeps its data. Has no effect on a stopped server.</summary>
    /// <param name="mode">How sessions end; <see cref="PostgresStopMode.Smart"/> waits for them at most a minute.</param>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one, or it did not stop in time.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed, perhaps meanwhile.</exception>
    public Task StopAsync(PostgresStopMode mode = PostgresStopMode.Fast) => Own("stop").StopAsync(mode);

    /// <summary>Starts the stopped server again, on the same port and with the same data. Has no effect on a running server.</summary>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one.</exception>
    /// <exception cref="PostgresUnavailableException">It did not come up, for example because its port was taken meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed, perhaps meanwhile.</exception>
    public Task StartAgainAsync() => Own("start").StartAgainAsync();

    /// <summary><see cref="StopAsync"/>, then <see cref="StartAgainAsync"/>.</summary>
    /// <param name="mode">How sessions end.</param>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one, or it did not stop in time.</exception>
    /// <exception cref="PostgresUnavailableException">It did not come up again.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed, perhaps meanwhile.</exception>
    public async Task RestartAsync(PostgresStopMode mode = PostgresStopMode.Fast)
    {
        await StopAsync(mode).ConfigureAwait(false);
        await StartAgainAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Another server that follows this one as its hot standby, with the same options, on a free port.
    /// It is promoted with <c>SELECT pg_promote()</c>.
    /// </summary>
    /// <param name="cancellationToken">Cancels the start, which then leaves nothing behind.</param>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one.</exception>
    /// <exception cref="PostgresUnavailableException">The copy failed, or the standby did not start.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async Task<PostgresServer> StartStandbyAsync(CancellationToken cancellationToken = default)
    {
        var standby = await Own("copy").StartStandbyAsync(cancellationToken).ConfigureAwait(false);
        return new PostgresServer(standby.ConnectionString, standby.Description, standby);
    }

    /// <summary>The last 15 lines of a throwaway server's log, for the report of an error; empty for an existing server and after the dispose.</summary>
    public string ReadLogTail() => _cluster?.ReadLogTail() ?? "";

    /// <summary>
    /// Stops a throwaway server at once, also one that is being stopped or started, and removes its folder; leaves an existing one alone.
    /// Calling it again has no effect.
    /// </summary>
    /// <exception cref="IOException">Something still holds the folder after 20 s. The guard, or else the next start, removes it.</exception>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    internal void ThrowIfDisposed()
    {
        if (_disposed)
            throw DisposedException();
    }

    internal async Task DropAsync(string database)
    {
        // The folder of a throwaway server takes all databases with it.
        if (_disposed && IsThrowaway)
            return;
        try
        {
            await _databases.DropAsync(database).ConfigureAwait(false);
        }
        catch (NpgsqlException) when (_cluster is not null)
        {
            if (!_disposed && await _cluster.IsRunningAsync().ConfigureAwait(false))
                throw;
        }
    }

    private static ObjectDisposedException DisposedException(Exception? inner = null)
    {
        const string message = "The PostgresServer was disposed. Keep it in a fixture that outlives all tests that use it.";
        return inner is null ? new ObjectDisposedException(nameof(PostgresServer), message) : new ObjectDisposedException(message, inner);
    }

    private ThrowawayCluster Own(string what)
    {
        ThrowIfDisposed();
        return _cluster ?? throw new InvalidOperationException(
            $"Cannot {what} {Description}: only a throwaway server may be stopped, started and copied. "
            + $"Set {nameof(PostgresServerOptions.AlwaysThrowaway)}, or unset {EnvironmentVariable}, to get one.");
    }
}
