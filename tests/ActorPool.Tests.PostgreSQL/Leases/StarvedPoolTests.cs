using System.Runtime.CompilerServices;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>All connections are lent and none is returned, in an otherwise idle process.</summary>
public sealed class StarvedPoolTests : PoolTest
{
    [Fact]
    public async Task A_starved_pool_collects_and_says_so()
    {
        var pool = await StartAsync(1, 1);
        var kept = await pool.GetConnAsync();
        var collections = GC.CollectionCount(2);
        var waiting = pool.GetConnAsync().AsTask();

        await EventFilter.Warning(contains: "which finds forgotten leases").ExpectOneAsync(TimeSpan.FromSeconds(12), () => Task.CompletedTask);

        await EventuallyAsync(() => GC.CollectionCount(2) > collections, "a full collection");
        // A lease that is still referenced is left alone.
        Assert.False(waiting.IsCompleted);
        await kept.DisposeAsync();
        await (await waiting).DisposeAsync();
    }

    [Fact]
    public async Task A_starved_pool_gets_a_forgotten_lease_back_by_itself()
    {
        var pool = await StartAsync(2, 2);
        var kept = await pool.GetConnAsync();
        await ForgetAsync(pool);

        await using var next = await pool.GetConnAsync();

        Assert.Equal((1, 2), (pool.Statistics.Reclaimed, pool.Statistics.InUse));
        await kept.DisposeAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(ConnectionPool pool) => await PidAsync(await pool.GetConnAsync());
}
