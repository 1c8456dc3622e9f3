using System.Diagnostics;
using System.Globalization;
using ActorPool.Faults;
using Npgsql;

namespace ActorPool.Soak;

/// <summary>One run, from the start of the server to the last check.</summary>
public sealed class SoakRun(SoakOptions options, Action<string> write)
{
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Collection = TimeSpan.FromSeconds(1);

    private readonly EventLog _log = new(write);
    private readonly Tally _work = new();
    private readonly Tally _faults = new();

    /// <exception cref="SoakFailedException">A promise was broken; the last events and the seed are written before.</exception>
    public async Task RunAsync()
    {
        try
        {
            await using var world = await SoakWorld.CreateAsync(options.Seed);
            _log.Say($"seed {options.Seed}, {options.Borrowers} borrowers, at least {options.Duration.TotalSeconds:0} s on {world.Server.Description}");
            try
            {
                var told = new ToldStatements(world);
                await WorkAsync(world, told);
                await EndAsync(world, told);
            }
            catch (Exception)
            {
                write($"The end of the server's log:\n{world.Server.ReadLogTail()}");
                throw;
            }
        }
        catch (Exception)
        {
            write("The last events:");
            foreach (var line in _log.Last)
                write(line);
            write($"FAILED at seed {options.Seed}. Again: dotnet run -c Release --project tests/ActorPool.Soak -- --seed {options.Seed} --seconds {options.Duration.TotalSeconds:0}");
            throw;
        }
    }

    private async Task WorkAsync(SoakWorld world, ToldStatements told)
    {
        using var end = new CancellationTokenSource();
        using var endOfWatch = new CancellationTokenSource();
        var watcher = new Watcher(world, _log);
        var resources = new Resources(world);
        var borrowers = new Borrowers(world, told, _work);
        var faulter = new Faulter(world, options.LongestPause, _log, _faults);
        List<Task> work = [faulter.RunAsync(options.Seed, end.Token)];
        for (var i = 0; i < options.Borrowers; i++)
            work.Add(borrowers.RunAsync(options.Seed * 1000 + i, end.Token));
        work.Add(CollectAsync(end.Token));
        var watch = watcher.RunAsync(endOfWatch.Token);

        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < options.Duration || !faulter.AllOccurred.IsCompleted)
        {
            var left = options.Duration - Stopwatch.GetElapsedTime(start);
            var rest = left > TimeSpan.Zero ? Task.Delay(left) : faulter.AllOccurred;
            await Task.WhenAny([.. work, watch, rest, Task.Delay(Report)]);
            await ThrowIfFailedAsync([.. work, watch]);
            resources.Look();
            _log.Say($"{world.Pool.Statistics.Granted} leases, {_work.Of("echo")} echoes, {world.Pool.Statistics.Lost} lost, {world.Pool.Statistics.Reclaimed} reclaimed; {resources}");
        }

        await end.CancelAsync();
        await Task.WhenAll(work).WaitAsync(TimeSpan.FromSeconds(60));
        world.Network.Mode = NetworkMode.Pass;
        await endOfWatch.CancelAsync();
        await watch;
        _log.Say($"{watcher.Looks} looks at the server: at most {watcher.MostBackends} backends");
        _log.Say($"work: {_work}");
        _log.Say($"faults: {_faults}");
        resources.Check();
    }

    /// <summary>At rest no lease and no waiter is left, and every place can be used; after the end nothing is left.</summary>
    private async Task EndAsync(SoakWorld world, ToldStatements told)
    {
        var pool = world.Pool;
        await UntilAsync(() => pool.Statistics is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 }, () => $"the pool does not come to rest: {pool.Statistics}");
        var all = await Task.WhenAll(Enumerable.Range(0, pool.Statistics.Max).Select(_ => pool.GetConnAsync().AsTask()));
        foreach (var lease in all)
            await lease.DisposeAsync();
        _log.Say($"all {all.Length} can be borrowed at once");
        var sum = await SumAsync(world);
        if (sum != SoakWorld.Accounts * SoakWorld.StartBalance)
            throw new SoakFailedException($"the balances add up to {sum}");
        _log.Say(await told.CompareAsync());
        await pool.DisposeAsync();
        if (pool.Statistics is not { Open: 0, Waiting: 0, Opening: 0 })
            throw new SoakFailedException($"a disposed pool has something left: {pool.Statistics}");
        await UntilAsync(() => CountAsync(world).GetAwaiter().GetResult() == 0, () => "backends are left at the server");
        _log.Say("nothing is left: no lease, no waiter, no backend; the balances add up");
    }

    /// <summary>A server application collects often enough by itself; this program is small.</summary>
    private static async Task CollectAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(Collection, CancellationToken.None);
            GC.Collect();
        }
    }

    private static async Task ThrowIfFailedAsync(Task[] tasks)
    {
        foreach (var failed in tasks.Where(task => task.IsFaulted))
            await failed;
    }

    /// <summary>Forgotten leases come back with the garbage collector, which runs here.</summary>
    private static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
                throw new SoakFailedException(otherwise());
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(50);
        }
    }

    private static async Task<long> SumAsync(SoakWorld world) => await ScalarAsync(world, "SELECT sum(balance) FROM accounts");

    private static async Task<long> CountAsync(SoakWorld world) => await ScalarAsync(world, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'soak'");

    private static async Task<long> ScalarAsync(SoakWorld world, string sql)
    {
        await using var connection = new NpgsqlConnection(world.DirectConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
