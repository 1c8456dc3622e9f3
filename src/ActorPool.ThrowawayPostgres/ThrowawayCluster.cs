using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;
using ActorPool.ThrowawayPostgres.Guarding;
using Npgsql;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The life of one throwaway server, from the sweep before it to the removal of its folder.</summary>
internal sealed class ThrowawayCluster : IAsyncDisposable
{
    private const int PortAttempts = 5;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);

    private readonly PostgresBinaries _binaries;
    private readonly ClusterFolder _folder;
    private readonly OwnerMark _mark;
    private readonly Cluster _cluster;
    private readonly ServerSettings _settings;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private GuardProcess? _guard;
    private int _port;
    private bool _removed;

    private ThrowawayCluster(PostgresBinaries binaries, ServerSettings settings)
    {
        _binaries = binaries;
        _settings = settings;
        (_folder, _mark) = ClusterFolder.Create();
        _cluster = new Cluster(binaries, _folder);
    }

    public string ConnectionString { get; private set; } = "";

    public string? UnixSocketConnectionString { get; private set; }

    public string Description { get; private set; } = "";

    public static async Task<ThrowawayCluster> StartAsync(
        PostgresBinaries binaries,
        ServerSettings settings,
        CancellationToken cancellationToken)
    {
        await ClusterRemoval.SweepAsync(binaries).ConfigureAwait(false);
        return await StartAsync(new ThrowawayCluster(binaries, settings), copyOf: null, cancellationToken).ConfigureAwait(false);
    }

    public Task<ThrowawayCluster> StartStandbyAsync(CancellationToken cancellationToken) =>
        StartAsync(new ThrowawayCluster(_binaries, _settings), copyOf: _port, cancellationToken);

    private static async Task<ThrowawayCluster> StartAsync(ThrowawayCluster cluster, int? copyOf, CancellationToken cancellationToken)
    {
        var binaries = cluster._binaries;
        try
        {
            await cluster.CreateAsync(copyOf, cancellationToken).ConfigureAwait(false);
            // A standby cannot have the port of the server that it follows.
            var port = await cluster.StartOnPortAsync(copyOf is null ? cluster._settings.Port : 0, cancellationToken).ConfigureAwait(false);
            cluster._port = port;
            if (cluster._settings.UnixSocket)
                cluster.UnixSocketConnectionString = $"Host={cluster._folder.Data};Port={port};Username=postgres;Database=postgres";
            cluster.ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
            var version = await cluster.AnswerAsync(cancellationToken).ConfigureAwait(false);
            cluster.Description = $"PostgreSQL {version} from {binaries.Folder}, port {port}, removed at the end";
            return cluster;
        }
        catch (Exception)
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            // Ctrl+C also reaches the child programs: their failure is then the caller's cancellation.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    public string ReadLogTail() => _cluster.LogTail();

    public Task<bool> IsRunningAsync() => _cluster.IsRunningAsync();

    public Task StopAsync(PostgresStopMode mode) => InTurnAsync(async disposing =>
    {
        if (await _cluster.IsRunningAsync().ConfigureAwait(false))
            await _cluster.StopAsync(mode, disposing).ConfigureAwait(false);
    });

    public Task StartAgainAsync() => InTurnAsync(async disposing =>
    {
        if (await _cluster.IsRunningAsync().ConfigureAwait(false))
            return;

        if (await _cluster.TryStartAsync(disposing).ConfigureAwait(false) is { } reason)
            throw new PostgresUnavailableException($"The server did not start again: {reason}");

        await AnswerAsync(disposing).ConfigureAwait(false);
    });

    public async ValueTask DisposeAsync()
    {
        // A stop or a start that waits gives up.
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_removed)
                return;

            _removed = true;
            // Windows deletes no open file; and once the mark is free, a sweep that removes the folder too does no harm.
            _mark.Dispose();
            await ClusterRemoval.RunAsync(_binaries, _folder).ConfigureAwait(false);
        }
        finally
        {
            // The guard ends last: it retries the steps that failed above.
            if (Interlocked.Exchange(ref _guard, null) is { } guard)
                await guard.EndAsync().ConfigureAwait(false);

            _oneAtATime.Release();
        }
    }

    /// <summary>The guard comes up while initdb works; the server starts only when both are done.</summary>
    private async Task CreateAsync(int? copyOf, CancellationToken cancellationToken)
    {
        var guard = GuardProcess.StartAsync(_binaries, _folder, cancellationToken);
        var data = copyOf is { } port ? _cluster.CopyAsync(port, cancellationToken) : _cluster.InitializeAsync(_settings.Locale, cancellationToken);
        try
        {
            await Task.WhenAll(guard, data).ConfigureAwait(false);
        }
        finally
        {
            if (guard.IsCompletedSuccessfully)
                _guard = await guard.ConfigureAwait(false);
        }
    }

    private async Task<int> StartOnPortAsync(int chosen, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = chosen > 0 ? chosen : FreePort.Next();
            _cluster.Configure(_settings.Lines(port, _folder.Data));
            if (await _cluster.TryStartAsync(cancellationToken).ConfigureAwait(false) is not { } reason)
                return port;

            var taken = reason.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);
            if (taken && chosen > 0)
                throw new PostgresUnavailableException($"Port {chosen} of 127.0.0.1 is in use. Choose another one, or 0 for a free one: {reason}");
            if (!taken || attempt == PortAttempts)
                throw new PostgresUnavailableException($"The server from {_binaries.Folder} did not start: {reason}");
        }
    }

    /// <summary>Waits until the server takes a session.</summary>
    /// <returns>Its version.</returns>
    private async Task<Version> AnswerAsync(CancellationToken cancellationToken)
    {
        for (var end = DateTime.UtcNow + AnswerPatience; ;)
        {
            try
            {
                using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                return connection.PostgreSqlVersion;
            }
            catch (NpgsqlException e) when (e.IsTransient && DateTime.UtcNow < end)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new PostgresUnavailableException($"The server does not answer: {e.Message}{DriverVariables()}\n{_cluster.LogTail()}", e);
            }
        }
    }

    /// <summary>The driver reads some of PostgreSQL's variables, and a wrong one makes every connection fail.</summary>
    private static string DriverVariables()
    {
        var names = Environment.GetEnvironmentVariables().Keys.OfType<string>()
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "" : $" The driver reads environment variables; see whether one of these is wrong: {string.Join(", ", names)}.";
    }

    /// <summary>Stop, start and removal happen one after the other; the removal ends the others.</summary>
    private async Task InTurnAsync(Func<CancellationToken, Task> action)
    {
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposing.Token.ThrowIfCancellationRequested();
            await action(_disposing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new ObjectDisposedException("The PostgresServer was disposed while it was to be stopped or started.", e);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
