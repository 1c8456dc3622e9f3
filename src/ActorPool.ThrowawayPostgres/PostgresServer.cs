using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.ThrowawayPostgres;

/// <summary>
/// A PostgreSQL server for the length of a demo, a test run or a benchmark. An existing server is used when a
/// connection string is given; else a new cluster is created in a temporary folder, on a free loopback port, and removed
/// at the end, also after a crash of its owner.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The environment variable that may hold the connection string of an existing server.</summary>
    public const string EnvironmentVariable = "ACTORPOOL_POSTGRES";

    private readonly ThrowawayCluster? _cluster;

    private PostgresServer(string connectionString, string description, ThrowawayCluster? cluster)
    {
        ConnectionString = connectionString;
        Description = description;
        _cluster = cluster;
    }

    /// <summary>
    /// The connection string. For a throwaway server: its superuser, the database <c>postgres</c>, no password, and no pooling
    /// keywords; for an existing server: the given string.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>The same through the Unix socket, with <see cref="PostgresServerOptions.UnixSocket"/>; null without.</summary>
    public string? UnixSocketConnectionString => _cluster?.UnixSocketConnectionString;

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
    /// <exception cref="ArgumentException">A setting has a name that PostgreSQL cannot have.</exception>
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
            await existing.ProveReachableAsync(cancellationToken);
        else
            await BinarySearch.Usual(options.Progress).FindAsync(cancellationToken);
    }

    internal static async Task<PostgresServer> StartAsync(
        PostgresServerOptions options,
        BinarySearch search,
        CancellationToken cancellationToken)
    {
        if (ExistingServer.Find(options) is { } existing)
        {
            await existing.ProveReachableAsync(cancellationToken);
            return new PostgresServer(existing.ConnectionString, existing.Description, cluster: null);
        }

        // A wrong setting is refused before anything is started.
        var settings = new ServerSettings(options);
        var binaries = await search.FindAsync(cancellationToken);
        var cluster = await ThrowawayCluster.StartAsync(binaries, settings, cancellationToken);
        return new PostgresServer(cluster.ConnectionString, cluster.Description, cluster);
    }

    /// <summary>Stops the server and keeps its data. Has no effect on a stopped server.</summary>
    /// <param name="mode">How sessions end; <see cref="PostgresStopMode.Smart"/> waits for them at most a minute.</param>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one, or it did not stop in time.</exception>
    /// <exception cref="ObjectDisposedException">It was removed.</exception>
    public Task StopAsync(PostgresStopMode mode = PostgresStopMode.Fast) => Own("stop").StopAsync(mode);

    /// <summary>Starts the stopped server again, on the same port and with the same data. Has no effect on a running server.</summary>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one.</exception>
    /// <exception cref="PostgresUnavailableException">It did not come up, for example because its port was taken meanwhile.</exception>
    /// <exception cref="ObjectDisposedException">It was removed.</exception>
    public Task StartAgainAsync() => Own("start").StartAgainAsync();

    /// <summary><see cref="StopAsync"/>, then <see cref="StartAgainAsync"/>.</summary>
    /// <param name="mode">How sessions end.</param>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one, or it did not stop in time.</exception>
    /// <exception cref="PostgresUnavailableException">It did not come up again.</exception>
    /// <exception cref="ObjectDisposedException">It was removed.</exception>
    public async Task RestartAsync(PostgresStopMode mode = PostgresStopMode.Fast)
    {
        await StopAsync(mode);
        await StartAgainAsync();
    }

    /// <summary>
    /// Another server that follows this one as its hot standby, with the same options but for <see cref="PostgresServerOptions.UnixSocket"/>.
    /// It is promoted with <c>SELECT pg_promote()</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is not a throwaway one.</exception>
    /// <exception cref="PostgresUnavailableException">The copy failed, or the standby did not start.</exception>
    public async Task<PostgresServer> StartStandbyAsync(CancellationToken cancellationToken = default)
    {
        var standby = await Own("copy").StartStandbyAsync(cancellationToken);
        return new PostgresServer(standby.ConnectionString, standby.Description, standby);
    }

    /// <summary>The end of a throwaway server's log, for the report of an error; empty for an existing server.</summary>
    public string ReadLogTail() => _cluster?.ReadLogTail() ?? "";

    /// <summary>Stops a throwaway server at once and removes its folder; leaves an existing one alone. Calling it again has no effect.</summary>
    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ThrowawayCluster Own(string what) => _cluster ?? throw new InvalidOperationException(
        $"Cannot {what} {Description}: only a throwaway server may be stopped and started. "
        + $"Unset {EnvironmentVariable} to get one.");
}
