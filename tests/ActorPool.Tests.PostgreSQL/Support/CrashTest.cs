using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A test in which the manager of a pool crashes.</summary>
public abstract class CrashTest : PoolTest
{
    /// <summary>As when it throws: it is made again, between two of its messages.</summary>
    protected static void Crash(ConnectionPool pool) =>
        ((IInternalActorRef)pool.Manager).Restart(new InvalidOperationException("boom"));

    /// <summary>The same, until the new one has taken over.</summary>
    protected static async Task CrashAsync(ConnectionPool pool, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Crash(pool);
            await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Every connection of the pool at once; their backends, in order.</summary>
    protected static async Task<int[]> UseAllAsync(ConnectionPool pool, int count)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => pool.GetConnAsync().AsTask()));
        var pids = await Task.WhenAll(all.Select(PidAsync));
        foreach (var connection in all)
            await connection.DisposeAsync();
        Assert.Equal(count, pids.Distinct().Count());
        return [.. pids.Order()];
    }

    /// <summary>Borrows and runs a query, or learns that the manager has crashed.</summary>
    protected static async Task UseOrFailAsync(ConnectionPool pool, object? key = null)
    {
        try
        {
            await using var connection = await pool.GetConnAsync(key);
            await ScalarAsync(connection, "SELECT 1");
        }
        catch (PoolException error)
        {
            Assert.True(error.IsTransient, error.Message);
        }
    }

    /// <summary>With nothing lent, all of the pool's places are idle connections, and the server has no other.</summary>
    protected async Task RightAtRestAsync(ConnectionPool pool, int count)
    {
        await EventuallyAsync(
            () => pool.Statistics is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 } now && now.Idle == count && now.Open == count,
            "all are idle");
        Assert.Equal(count, await Backends.WaitForAsync(count));
        var statistics = pool.Statistics;
        Assert.Equal(count, statistics.Opened - statistics.Closed);
    }

    protected static async Task<PoolException> RefusedAsync(PoolErrorKind kind, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<PoolException>(call);
        Assert.Equal(kind, error.Kind);
        return error;
    }
}
