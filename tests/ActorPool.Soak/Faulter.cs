using ActorPool.Faults;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>Does something bad every few seconds, and puts it right again.</summary>
internal sealed class Faulter(SoakWorld world, EventLog log, Tally tally)
{
    public async Task RunAsync(int seed, CancellationToken end)
    {
        var random = new Random(seed);
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next(500, 3000), CancellationToken.None);
            var (name, fault) = Pick(random);
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
        }
    }

    private (string, Func<Random, Task>) Pick(Random random) => random.Next(19) switch
    {
        0 => ("one backend killed", _ => KillAsync("ORDER BY random() LIMIT 1")),
        1 => ("idle backends killed", _ => KillAsync("AND state = 'idle'")),
        2 => ("all backends killed", _ => KillAsync("")),
        3 => ("network refuses", r => NetworkAsync(NetworkMode.Refuse, r.Next(200, 1500))),
        4 => ("network refuses and is cut", async r =>
        {
            world.Network.Mode = NetworkMode.Refuse;
            world.Network.CutAll();
            await Task.Delay(r.Next(200, 1500));
        }),
        5 => ("network is a black hole", r => NetworkAsync(NetworkMode.Blackhole, r.Next(200, 3000))),
        6 => ("network is slow", r => NetworkAsync(NetworkMode.Delay, r.Next(500, 2000))),
        7 => ("network cuts a message", r => NetworkAsync(NetworkMode.Cut, r.Next(5, 100))),
        8 => ("network ends one half", r => NetworkAsync(NetworkMode.HalfClose, r.Next(5, 100))),
        9 => ("client reads slowly", r => NetworkAsync(NetworkMode.SlowReader, r.Next(200, 1000))),
        10 => ("network cuts all", _ =>
        {
            world.Network.CutAll();
            return Task.CompletedTask;
        }),
        11 => ("server restarts fast", _ => RestartAsync(PostgresStopMode.Fast)),
        12 => ("server restarts immediately", _ => RestartAsync(PostgresStopMode.Immediate)),
        13 => ("backends stand still", StandStillAsync),
        14 => ("server is full", FillAsync),
        15 => ("manager crashes", r => CrashAsync(r.Next(1, 4))),
        16 => ("connection actors crash", CrashConnectionsAsync),
        17 => ("pause", PauseAsync),
        _ => ("resize and drain", ResizeAsync),
    };

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
