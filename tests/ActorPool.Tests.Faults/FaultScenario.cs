using System.Diagnostics;
using ActorPool.Faults;
using ActorPool.TestSupport;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.Faults;

/// <summary>A pool behind its own network, with a connection at a chosen moment when the fault comes.</summary>
public sealed class FaultScenario : IAsyncDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);
    private static int _scenarios;

    private readonly WorstMoment _moment;
    private readonly string _name = $"faults-{Interlocked.Increment(ref _scenarios)}";
    private readonly ActorSystem _system = ActorSystem.Create("faults", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
    private readonly PostgresServer _server;
    private ConnectionPool? _pool;
    private Task _affected = Task.CompletedTask;

    private FaultScenario(PostgresServer server, WorstMoment moment)
    {
        _server = server;
        _moment = moment;
        Network = FaultProxy.Before(new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
    }

    public FaultProxy Network { get; }

    private ConnectionPool Pool => _pool!;

    private string Direct => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString;

    /// <summary>
    /// One fault, at the same time for six pools, each with a connection at another moment. While the fault lasts, requests are answered in
    /// time; afterwards each pool is whole again.
    /// </summary>
    public static async Task SurviveAsync(PostgresServer server, Func<FaultScenario[], Task> fault, Action? repair = null)
    {
        var scenarios = await Task.WhenAll(Enum.GetValues<WorstMoment>().Select(moment => AtAsync(server, moment)));
        try
        {
            try
            {
                await fault(scenarios);
                await Task.WhenAll(scenarios.Select(scenario => scenario.StandAsync()));
            }
            finally
            {
                repair?.Invoke();
            }

            await Task.WhenAll(scenarios.Select(scenario => scenario.RecoverAsync()));
        }
        finally
        {
            foreach (var scenario in scenarios)
                await scenario.DisposeAsync();
        }
    }

    private static async Task<FaultScenario> AtAsync(PostgresServer server, WorstMoment moment)
    {
        var scenario = new FaultScenario(server, moment);
        scenario._pool = await scenario.StartAsync();
        scenario._affected = await scenario.BringAsync(scenario.Pool);
        return scenario;
    }

    /// <summary>The backends of this pool.</summary>
    public async Task<int[]> BackendsAsync()
    {
        await using var backends = await Backends.OfApplicationAsync(Direct, _name);
        return await backends.PidsAsync();
    }

    public async Task KillAsync()
    {
        await using var backends = await Backends.OfApplicationAsync(Direct, _name);
        await backends.TerminateAsync();
    }

    /// <summary>After the fault the pool is whole again by itself, and leaves nothing when it ends.</summary>
    private async Task RecoverAsync()
    {
        Network.Mode = NetworkMode.Pass;
        await _affected;
        await BeWholeAsync(Pool);
        await Pool.DisposeAsync();
        await Until.TrueAsync(async () => (await BackendsAsync()).Length == 0, "no backend is left");
    }

    public async ValueTask DisposeAsync()
    {
        Network.Mode = NetworkMode.Pass;
        await Pool.DisposeAsync();
        await _system.Terminate();
        await Network.DisposeAsync();
    }

    private Task<ConnectionPool> StartAsync()
    {
        var text = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Host = "127.0.0.1", Port = Network.Port, SslMode = SslMode.Disable, ApplicationName = _name };
        return ConnectionPool.StartAsync(_system, new PoolSettings(text.ConnectionString, _moment == WorstMoment.Opening ? 0 : 1, 2)
        {
            AcquireTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromSeconds(4),
            ValidateAfterIdle = _moment == WorstMoment.Validating ? TimeSpan.Zero : TimeSpan.FromSeconds(30),
            ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1), 0),
        });
    }

    /// <summary>The task is the work that the fault hits; it may end with an error, and never hangs.</summary>
    private async Task<Task> BringAsync(ConnectionPool pool)
    {
        switch (_moment)
        {
            case WorstMoment.Opening:
                Slowly();
                var opening = UseAsync(pool);
                await Until.TrueAsync(() => pool.Statistics.Opening > 0, "an open is in flight");
                return BoundedAsync(opening);
            case WorstMoment.Validating:
                Slowly();
                var validated = UseAsync(pool);
                await Until.TrueAsync(() => pool.Statistics.Validating > 0, "a round trip is in flight");
                return BoundedAsync(validated);
            case WorstMoment.Lent:
                var querying = QueryAsync(pool);
                await Until.TrueAsync(() => pool.Statistics.InUse > 0, "a query is in flight");
                return BoundedAsync(querying);
            case WorstMoment.Resetting:
                await using (var lease = await pool.GetConnAsync())
                {
                    await ExecuteAsync(lease, "BEGIN");
                    Slowly();
                }

                await Until.TrueAsync(() => pool.Statistics.Resetting > 0, "a reset is in flight");
                return Task.CompletedTask;
            case WorstMoment.Closing:
                var closed = await pool.GetConnAsync();
                Slowly();
                await pool.PutConnAsync(closed, close: true);
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    private void Slowly()
    {
        Network.Delay = TimeSpan.FromMilliseconds(150);
        Network.Mode = NetworkMode.Delay;
    }

    /// <summary>While the fault lasts every request is answered in its time, with a connection or an error.</summary>
    private async Task StandAsync()
    {
        var pool = Pool;
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Duration)
        {
            var asked = Stopwatch.GetTimestamp();
            try
            {
                var lease = await pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = RequestTimeout }, TimeSpan.FromSeconds(30));
                await lease.DisposeAsync();
            }
            catch (PoolException error)
            {
                Assert.True(error.IsTransient, error.Message);
            }

            Assert.True(Stopwatch.GetElapsedTime(asked) < RequestTimeout + Noise, $"answered after {Stopwatch.GetElapsedTime(asked)}");
            await Task.Delay(20);
        }
    }

    /// <summary>All connections can be borrowed at once, and each works.</summary>
    private static async Task BeWholeAsync(ConnectionPool pool)
    {
        for (var round = 0; round < 2; round++)
        {
            var leases = await Task.WhenAll(pool.GetConnAsync().AsTask(), pool.GetConnAsync().AsTask());
            foreach (var lease in leases)
            {
                await ExecuteAsync(lease, "SELECT 1");
                await lease.DisposeAsync();
            }
        }

        await Until.TrueAsync(() => pool.Statistics is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 }, "everything is at rest");
        Assert.InRange(pool.Statistics.Open, 1, 2);
    }

    private static async Task UseAsync(ConnectionPool pool)
    {
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "SELECT 1");
    }

    private static async Task QueryAsync(ConnectionPool pool)
    {
        await using var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "SELECT pg_sleep(0.8)");
    }

    private static async Task BoundedAsync(Task work)
    {
        try
        {
            await work.WaitAsync(TimeSpan.FromSeconds(40));
        }
        catch (Exception error) when (error is NpgsqlException or PoolException or IOException or InvalidOperationException)
        {
            // The work that the fault hits may fail.
        }
    }

    private static async Task ExecuteAsync(PooledConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
