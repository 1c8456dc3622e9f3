using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>Causes a random fault every few seconds and ends it. Every fault occurs once before one of them occurs again.</summary>
internal sealed class Faulter(SoakWorld world, TimeSpan longestPause, EventLog log, Tally tally)
{
    private readonly TaskCompletionSource _allOccurred = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete when every fault has occurred.</summary>
    public Task AllOccurred => _allOccurred.Task;

    public async Task RunAsync(int seed, CancellationToken end)
    {
        var random = new Random(seed);
        var faults = Faults();
        for (var next = 0; !end.IsCancellationRequested; next = (next + 1) % faults.Length)
        {
            if (next == 0)
                random.Shuffle(faults);
            await Task.Delay(random.Next((int)longestPause.TotalMilliseconds / 6, (int)longestPause.TotalMilliseconds), CancellationToken.None);
            var (name, fault) = faults[next];
            log.Note($"fault: {name}");
            try
            {
                await fault(random);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException or PoolException)
            {
                log.Note($"fault: {name} could not be done: {error.Message}");
            }

            world.Network.Mode = NetworkMode.Pass;
            log.Note($"fault: {name} is over");
            tally.Count(name);
            if (next == faults.Length - 1)
                _allOccurred.TrySetResult();
        }
    }

    private (string Name, Func<Random, Task> DoAsync)[] Faults() =>
    [
        ("one backend killed", _ => KillAsync("ORDER BY random() LIMIT 1")),
        ("idle backends killed", _ => KillAsync("AND state = 'idle'")),
        ("all backends killed", _ => KillAsync("")),
        ("network refuses", r => NetworkAsync(NetworkMode.Refuse, r.Next(200, 1500))),
        ("network refuses and is cut", async r =>
        {
            world.Network.Mode = NetworkMode.Refuse;
            world.Network.CutAll();
            await Task.Delay(r.Next(200, 1500));
        }),
        ("network is a black hole", r => NetworkAsync(NetworkMode.Blackhole, r.Next(200, 3000))),
        ("network is slow", r => NetworkAsync(NetworkMode.Delay, r.Next(500, 2000))),
        ("network cuts a message", r => NetworkAsync(NetworkMode.Cut, r.Next(5, 100))),
        ("network ends one half", r => NetworkAsync(NetworkMode.HalfClose, r.Next(5, 100))),
        ("client reads slowly", r => NetworkAsync(NetworkMode.SlowReader, r.Next(200, 1000))),
        ("network cuts all", _ =>
        {
            world.Network.CutAll();
            return Task.CompletedTask;
        }),
        ("server restarts fast", _ => RestartAsync(PostgresStopMode.Fast)),
        ("server restarts immediately", _ => RestartAsync(PostgresStopMode.Immediate)),
        ("backends stand still", StandStillAsync),
        ("server is full", FillAsync),
        ("manager crashes", r => CrashAsync(r.Next(1, 4))),
        ("connection actors crash", CrashConnectionsAsync),
        ("pause", PauseAsync),
        ("resize and drain", ResizeAsync),
    ];

    private async Task NetworkAsync(NetworkMode mode, int milliseconds)
    {
        world.Network.Mode = mode;
        await Task.Delay(milliseconds);
    }

    private async Task KillAsync(string which) =>
        await DirectAsync($"SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'soak' {which}) AS backends");

    private Task RestartAsync(PostgresStopMode mode) => world.Server.RestartAsync(mode);

    private async Task StandStillAsync(Random random)
    {
        var stopped = new List<StoppedBackend>();
        try
        {
            foreach (var pid in await PidsAsync(random.Next(1, 4)))
                stopped.Add(StoppedBackend.Of(pid));
            await Task.Delay(random.Next(300, 2000));
        }
        finally
        {
            foreach (var backend in stopped)
                backend.Dispose();
        }
    }

    private async Task FillAsync(Random random)
    {
        var text = new NpgsqlConnectionStringBuilder(world.DirectConnectionString) { ApplicationName = "filler" }.ConnectionString;
        var fillers = new List<NpgsqlConnection>();
        try
        {
            while (fillers.Count < 60)
            {
                var filler = new NpgsqlConnection(text);
                fillers.Add(filler);
                await filler.OpenAsync();
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // Full to the last place; the pool's backends that die now are not replaced.
            await Task.Delay(random.Next(200, 1500));
        }
        finally
        {
            foreach (var filler in fillers)
                await filler.DisposeAsync();
        }
    }

    private async Task CrashAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            ((IInternalActorRef)world.Pool.Manager).Restart(new InvalidOperationException("a fault of the run"));
            await Task.Delay(20);
        }
    }

    private Task CrashConnectionsAsync(Random random)
    {
        world.System.ActorSelection(world.Pool.Manager.Path / "*").Tell(Kill.Instance);
        return Task.CompletedTask;
    }

    private async Task PauseAsync(Random random)
    {
        await world.Pool.PauseAsync();
        await Task.Delay(random.Next(100, 1000));
        await ResumeAsync();
    }

    /// <summary>Also when the manager crashed in the middle: a pool must not stay paused.</summary>
    private async Task ResumeAsync()
    {
        while (world.Pool.Statistics.IsPaused)
            await world.Pool.ResumeAsync();
    }

    private async Task ResizeAsync(Random random)
    {
        await world.Pool.ResizeAsync(random.Next(2), random.Next(1, SoakWorld.Most + 1));
        await world.Pool.DrainAsync();
        await Task.Delay(random.Next(1000));
        await world.Pool.ResizeAsync(2, 10);
    }

    private async Task<List<int>> PidsAsync(int most)
    {
        var pids = new List<int>();
        await using var view = new NpgsqlConnection(world.DirectConnectionString);
        await view.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT pid FROM pg_stat_activity WHERE application_name = 'soak' ORDER BY random() LIMIT {most}", view);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            pids.Add(reader.GetInt32(0));
        return pids;
    }

    private async Task DirectAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(world.DirectConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
