using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The manager crashes again and again while the pool is busy.</summary>
public sealed class ManagerCrashUnderLoadTests : CrashTest
{
    private const int Max = 8;
    private const int Crashes = 10;

    [Theory]
    [InlineData(null, ResetMode.Rollback, KeySharing.Shared)]
    [InlineData(5, ResetMode.Rollback, KeySharing.Exclusive)]
    [InlineData(null, ResetMode.DiscardAll, KeySharing.Shared)]
    public async Task Nothing_is_lost_and_the_server_never_has_too_many(int? keys, ResetMode reset, KeySharing sharing)
    {
        var pool = await StartAsync(2, Max, settings => settings with { Reset = reset, KeySharing = sharing, AcquireTimeout = TimeSpan.FromSeconds(30) });
        using var end = new CancellationTokenSource();
        var served = 0;
        var loops = Enumerable.Range(0, 50).Select(n => Task.Run(async () =>
        {
            for (var round = n; !end.IsCancellationRequested; round++)
            {
                if (await UseAsync(pool, round % 3, keys is { } count ? round % count : null))
                    Interlocked.Increment(ref served);
            }
        })).ToArray();
        var counters = Task.Run(() => WatchCountersAsync(pool, end.Token));

        var crashes = Task.Run(async () =>
        {
            for (var i = 0; i < Crashes; i++)
            {
                var then = Volatile.Read(ref served);
                Crash(pool);
                await EventuallyAsync(() => Volatile.Read(ref served) >= then + 100, "the load runs on", TimeSpan.FromSeconds(20));
            }
        });

        Assert.InRange(await Backends.MostDuringAsync(crashes), 1, Max);
        await end.CancelAsync();
        await Task.WhenAll(loops).WaitAsync(TimeSpan.FromSeconds(20));
        await counters;
        await UseAllAsync(pool, Max);
        await RightAtRestAsync(pool, Max);
        Assert.Equal(0, await Backends.CountAsync("state <> 'idle'"));
        await pool.DisposeAsync();
        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    [Fact]
    public async Task Borrowers_that_die_meanwhile_leave_nothing_behind()
    {
        var pool = await StartAsync(0, Max, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(30) });
        var random = new Random(11);
        for (var round = 0; round < Crashes; round++)
        {
            var borrowers = Enumerable.Range(0, 20)
                .Select(_ => Sys.ActorOf(BorrowerActor.Props(pool.Manager, ActorRefs.Nobody, connection => ExecuteAsync(connection, "BEGIN; SELECT pg_sleep(30)"))))
                .ToArray();
            await EventuallyAsync(() => pool.Statistics.InUse > 0, "some have theirs");
            foreach (var borrower in borrowers)
            {
                if (random.Next(10) == 0)
                    Crash(pool);
                Sys.Stop(borrower);
            }
        }

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0 }, "all leases are over");
        Assert.Equal(0, await Backends.WaitForAsync(0, "state <> 'idle'"));
        await UseAllAsync(pool, Max);
        await RightAtRestAsync(pool, Max);
    }

    /// <summary>True when a query was served, false when a crash was in its way.</summary>
    private static async Task<bool> UseAsync(ConnectionPool pool, int way, object? key)
    {
        try
        {
            var lease = way == 0
                ? await pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(30))
                : await pool.GetConnAsync(key);
            try
            {
                // Left open, so that there is something to roll back. Sharers of a key would be in each other's way.
                if (way != 2)
                    await ExecuteAsync(lease, "BEGIN");
                await ScalarAsync(lease, "SELECT 1");
            }
            finally
            {
                if (way == 2)
                    await pool.PutConnAsync(lease);
                else
                    await lease.DisposeAsync();
            }

            return true;
        }
        catch (PoolException error)
        {
            Assert.True(error.IsTransient, error.ToString());
            return false;
        }
        catch (NpgsqlException error)
        {
            Assert.Fail($"A lease in use did not survive: {error}");
            return false;
        }
    }

    private static async Task WatchCountersAsync(ConnectionPool pool, CancellationToken end)
    {
        for (var before = pool.Statistics; !end.IsCancellationRequested;)
        {
            var now = pool.Statistics;
            Assert.True(now.Granted >= before.Granted && now.Waited >= before.Waited && now.Opened >= before.Opened && now.Closed >= before.Closed, $"{before} and then {now}");
            Assert.InRange(now.Open + now.Opening, 0, Max);
            before = now;
            await Task.Yield();
        }
    }
}
