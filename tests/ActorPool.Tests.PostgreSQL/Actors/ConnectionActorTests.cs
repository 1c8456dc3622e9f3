using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

public sealed class ConnectionActorTests : PoolTest
{
    [Fact]
    public async Task A_connection_actor_that_crashes_while_lent_ends_the_lease_and_is_replaced()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();

        CrashConnections(pool);

        await using var next = await pool.GetConnAsync();
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
        Assert.Contains("lost", Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
        Assert.Equal(1, await Backends.CountAsync());
    }

    [Fact]
    public async Task Connection_actors_that_crash_while_idle_are_replaced()
    {
        var pool = await StartAsync(3, 3);

        CrashConnections(pool);

        await EventuallyAsync(() => pool.Statistics is { Idle: 3, Opened: 6 }, "three new ones are there");
        Assert.Equal(3, await Backends.CountAsync());
    }

    [Fact]
    public async Task Connection_actors_that_crash_while_opening_or_resetting_leave_no_backend()
    {
        var pool = await StartAsync(0, 4);
        var crashing = true;
        var crashes = Task.Run(() =>
        {
            while (Volatile.Read(ref crashing))
            {
                CrashConnections(pool);
                Thread.Yield();
            }
        });
        var uses = Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            try
            {
                await using var connection = await pool.GetConnAsync(n % 5);
                await ExecuteAsync(connection, "BEGIN");
            }
            catch (Exception)
            {
                // The connection actor crashed during the use.
            }
        }));
        // Few uses get through the crashes. The others are served afterwards.
        await Task.WhenAny(uses, Task.Delay(TimeSpan.FromSeconds(2)));
        Volatile.Write(ref crashing, false);
        await crashes;
        await uses;

        Assert.Equal((0, 0), (pool.Statistics.Waiting, pool.Statistics.TimedOut));
        Assert.InRange(await Backends.MostDuringAsync(UseAllAsync(pool, 4)), 1, 4);
    }

    private void CrashConnections(ConnectionPool pool) =>
        Sys.ActorSelection(pool.Manager.Path / "*").Tell(Kill.Instance, ActorRefs.NoSender);
}
