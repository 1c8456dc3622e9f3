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
        await ClusterRemoval.SweepAsync(binaries);
        return await StartAsync(new ThrowawayCluster(binaries, settings), copyOf: null, cancellationToken);
    }

    public Task<ThrowawayCluster> StartStandbyAsync(CancellationToken cancellationToken) =>
        StartAsync(new ThrowawayCluster(_binaries, _settings), copyOf: _port, cancellationToken);

    private static async Task<ThrowawayCluster> StartAsync(ThrowawayCluster cluster, int? copyOf, CancellationToken cancellationToken)
    {
        var binaries = cluster._binaries;
        try
        {
            await cluster.CreateAsync(copyOf, cancellationToken);
            var port = await cluster.StartOnFreePortAsync(cancellationToken);
            cluster._port = port;
            if (cluster._settings.UnixSocket)
                cluster.UnixSocketConnectionString = $"Host={cluster._folder.Data};Port={port};Username=postgres;Database=postgres";
            cluster.ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
            var version = await cluster.AnswerAsync(cancellationToken);
            cluster.Description = $"PostgreSQL {version} from {binaries.Folder}, port {port}, removed at the end";
            return cluster;
        }
        catch (Exception)
        {
            await cluster.DisposeAsync();
            // Ctrl+C also reaches the child programs: their failure is then the caller's cancellation.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    public string ReadLogTail() => _cluster.LogTail();

    public async Task StopAsync(PostgresStopMode mode)
    {
        using var turn = await TurnAsync();
        if (await _cluster.IsRunningAsync())
            await _cluster.StopAsync(mode);
    }

    public async Task StartAgainAsync()
    {
        using var turn = await TurnAsync();
        if (await _cluster.IsRunningAsync())
            return;

        if (await _cluster.TryStartAsync(CancellationToken.None) is { } reason)
            throw new PostgresUnavailableException($"The server did not start again: {reason}");

        await AnswerAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _oneAtATime.WaitAsync();
        try
        {
            if (_removed)
                return;

            _removed = true;
            // Windows deletes no open file; and once the mark is free, a sweep that removes the folder too does no harm.
            _mark.Dispose();
            await ClusterRemoval.RunAsync(_binaries, _folder);
        }
        finally
        {
            // The guard ends last: it retries the steps that failed above.
            if (Interlocked.Exchange(ref _guard, null) is { } guard)
                await guard.EndAsync();

            _oneAtATime.Release();
        }
    }

    /// <summary>The guard comes up while initdb works; the server starts only when both are done.</summary>
    private async Task CreateAsync(int? copyOf, CancellationToken cancellationToken)
    {
        var guard = GuardProcess.StartAsync(_binaries, _folder, cancellationToken);
        var data = copyOf is { } port ? _cluster.CopyAsync(port, cancellationToken) : _cluster.InitializeAsync(cancellationToken);
        try
        {
            await Task.WhenAll(guard, data);
        }
        finally
        {
            if (guard.IsCompletedSuccessfully)
                _guard = await guard;
        }
    }

    private async Task<int> StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Next();
            _cluster.Configure(_settings.Lines(port, _folder.Data));
            if (await _cluster.TryStartAsync(cancellationToken) is not { } reason)
                return port;

            var taken = reason.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);
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
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync(cancellationToken);
                return connection.PostgreSqlVersion;
            }
            catch (NpgsqlException e) when (e.IsTransient && DateTime.UtcNow < end)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw new PostgresUnavailableException($"The server does not answer: {e.Message}\n{_cluster.LogTail()}", e);
            }
        }
    }

    private async Task<IDisposable> TurnAsync()
    {
        await _oneAtATime.WaitAsync();
        if (!_removed)
            return new Turn(_oneAtATime);

        _oneAtATime.Release();
        throw new ObjectDisposedException(nameof(PostgresServer), "The throwaway server was removed.");
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
