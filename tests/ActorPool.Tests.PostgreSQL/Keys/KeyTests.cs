using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Keys;

public sealed class KeyTests : PoolTest
{
    [Fact]
    public async Task A_sticky_key_finds_its_session_and_its_temp_table_again()
    {
        var pool = await StartAsync(0, 3);
        foreach (var key in (string[])["a", "b", "c"])
        {
            await using var connection = await pool.GetConnAsync(key);
            Assert.True(connection.IsNewSession);
            await ExecuteAsync(connection, $"CREATE TEMP TABLE mine AS SELECT '{key}'::text AS key");
        }

        foreach (var key in (string[])["b", "a", "c", "a"])
        {
            await using var connection = await pool.GetConnAsync(key);
            Assert.False(connection.IsNewSession);
            Assert.Equal(key, await ScalarAsync(connection, "SELECT key FROM mine"));
        }
    }

    [Fact]
    public async Task An_exclusive_key_waits_for_its_turn()
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = KeySharing.Exclusive });
        var first = await pool.GetConnAsync("k");
        var second = pool.GetConnAsync("k").AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        await using (await pool.GetConnAsync("other"))
            Assert.False(second.IsCompleted);

        await first.DisposeAsync();

        Assert.NotSame(first, await second);
        await (await second).DisposeAsync();
    }
}
