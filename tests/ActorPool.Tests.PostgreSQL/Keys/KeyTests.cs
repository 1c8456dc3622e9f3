using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Keys;

public sealed class KeyTests : PoolTest
{
    [Fact]
    public async Task A_key_in_use_gets_the_same_object_and_one_put_ends_it_for_all()
    {
        var pool = await StartAsync(1, 1);
        var first = await pool.GetConnAsync("k");
        var second = await pool.GetConnAsync("k");
        Assert.Same(first, second);

        await pool.PutConnAsync(first, "k");

        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => pool.PutConnAsync(second, "k").AsTask())).Kind);
        await second.DisposeAsync();
        Assert.Equal((1, 0), (pool.Statistics.Idle, pool.Statistics.InUse));
    }

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
    public async Task A_session_that_changes_hands_is_clean()
    {
        var pool = await StartAsync(1, 1);
        int pid;
        await using (var connection = await pool.GetConnAsync("a"))
        {
            pid = await PidAsync(connection);
            await ExecuteAsync(connection, "CREATE TEMP TABLE mine (id int); SET work_mem = '123MB'; SELECT pg_advisory_lock(1)");
        }

        await using (var connection = await pool.GetConnAsync("b"))
        {
            Assert.True(connection.IsNewSession);
            Assert.Equal(pid, await PidAsync(connection));
            Assert.Equal(DBNull.Value, await ScalarAsync(connection, "SELECT to_regclass('mine')::text"));
            Assert.NotEqual("123MB", await ScalarAsync(connection, "SHOW work_mem"));
            Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
        }

        await using (var connection = await pool.GetConnAsync())
            Assert.True(connection.IsNewSession);
    }

    [Fact]
    public async Task Without_discarding_a_session_is_handed_on_as_it_is()
    {
        var pool = await StartAsync(1, 1, settings => settings with { DiscardOnKeyChange = false });
        await using (var connection = await pool.GetConnAsync("a"))
            await ExecuteAsync(connection, "CREATE TEMP TABLE mine (id int)");
        await using (var connection = await pool.GetConnAsync("b"))
            Assert.True(connection.IsNewSession);
        await using (var connection = await pool.GetConnAsync("a"))
        {
            Assert.False(connection.IsNewSession);
            Assert.Equal(0L, await ScalarAsync(connection, "SELECT count(*) FROM mine"));
        }
    }

    [Fact]
    public async Task With_a_full_reset_on_every_return_a_key_keeps_its_connection_though_not_its_session()
    {
        var pool = await StartAsync(1, 10, settings => settings with { Reset = ResetMode.DiscardAll });
        var pids = new HashSet<int>();
        for (var i = 0; i < 6; i++)
        {
            await using var connection = await pool.GetConnAsync("a");
            Assert.True(connection.IsNewSession);
            pids.Add(await PidAsync(connection));
        }

        Assert.Single(pids);
        Assert.Equal(1, pool.Statistics.Opened);
    }

    [Fact]
    public async Task An_exclusive_key_waits_for_its_turn()
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = KeySharing.Exclusive });
        var first = await pool.GetConnAsync("k");
        var second = pool.GetConnAsync("k").AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");
        await using (await pool.GetConnAsync("other"))
            Assert.False(second.IsCompleted);

        await first.DisposeAsync();

        Assert.NotSame(first, await second);
        await (await second).DisposeAsync();
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("equals")]
    public async Task A_key_that_throws_gives_its_error_to_its_caller_and_the_pool_goes_on(string where)
    {
        var pool = await StartAsync(1, 2);
        await using var other = await pool.GetConnAsync(new BadKey(""));

        await Assert.ThrowsAsync<FormatException>(() => pool.GetConnAsync(new BadKey(where)).AsTask());

        await using var next = await pool.GetConnAsync("fine");
        Assert.Equal(1L, await ScalarAsync(next, "SELECT 1::bigint"));
    }

    private sealed class BadKey(string where)
    {
        public override int GetHashCode() => where == "hash" ? throw new FormatException() : 1;

        public override bool Equals(object? obj) => where == "equals" ? throw new FormatException() : ReferenceEquals(this, obj);
    }
}
