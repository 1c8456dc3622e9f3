using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL;

public sealed class StartTests : PoolTest
{
    [Fact]
    public async Task A_pool_starts_with_its_minimum_open()
    {
        var pool = await StartAsync(3, 8);

        Assert.Equal(3, pool.Statistics.Idle);
        Assert.Equal(3, await Backends.CountAsync());
    }
}
