using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>What the pool finds out by itself, and what it makes of it.</summary>
public sealed class NoticedTests : LivenessTest
{
    // The pool's round trip, as the server shows it.
    private const string Proven = "query = 'SELECT 1'";

    [Fact]
    public async Task A_failover_is_noticed_while_nobody_borrows()
    {
        var pool = await StartAsync(3, 5);
        await UseAllAsync(pool, 5);
        Assert.Equal(5, await Backends.TerminateAsync());

        await EventuallyAsync(() => pool.Statistics is { Lost: 5, Idle: 3, Opened: 8 }, "those beyond the minimum are gone, the others replaced");

        Assert.Equal(3, await Backends.CountAsync());
    }

    [Fact]
    public async Task Without_keep_min_the_lost_ones_are_not_replaced_until_somebody_needs_them()
    {
        var pool = await StartAsync(3, 3, settings => settings with { KeepMin = false });
        Assert.Equal(3, await Backends.TerminateAsync());

        await EventuallyAsync(() => pool.Statistics is { Lost: 3, Open: 0, Closed: 3 }, "they are gone");

        Assert.Equal(0, await Backends.CountAsync());
        await UseAsync(pool);
        Assert.Equal(1, pool.Statistics.Open);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_one_lent_backend_that_is_killed_its_borrower_alone_sees_an_error(bool noticed)
    {
        var pool = await StartAsync(5, 5);
        var pids = await UseAllAsync(pool, 5);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        await KillAsync($"pid = {pid}");

        if (noticed)
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => PidAsync(lease));
        await lease.DisposeAsync();

        var siblings = pids.Where(other => other != pid).ToArray();
        if (noticed)
            Assert.Equal(4, await Backends.WaitForAsync(4, $"pid IN ({string.Join(',', siblings)}) AND {Proven}"));
        var after = await UseAllAsync(pool, 5);
        Assert.DoesNotContain(pid, after);
        Assert.Equal(siblings.Order(), after.Intersect(pids).Order());
        Assert.Equal((1, 6), (pool.Statistics.Lost, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_notification_that_waits_on_an_idle_connection_does_not_lose_it()
    {
        var pool = await StartAsync(1, 1);
        int pid;
        await using (var listener = await pool.GetConnAsync())
        {
            await ExecuteAsync(listener, "LISTEN news");
            pid = await PidAsync(listener);
        }

        await using var speaker = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await speaker.OpenAsync();
        await using var news = new NpgsqlCommand("NOTIFY news", speaker);
        await news.ExecuteNonQueryAsync();

        Assert.Equal(1, await Backends.WaitForAsync(1, $"pid = {pid} AND {Proven}"));
        for (var i = 0; i < 30; i++)
        {
            await news.ExecuteNonQueryAsync();
            Assert.Equal(pid, await UseAsync(pool));
        }

        Assert.Equal((0, 1), (pool.Statistics.Lost, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_has_come_is_lent_without_a_round_trip()
    {
        var pool = await StartAsync(1, 1);
        var pid = await UseAsync(pool);

        for (var i = 0; i < 10; i++)
            await UseAsync(pool);

        Assert.Equal(1, await Backends.CountAsync($"pid = {pid} AND query = 'SELECT pg_backend_pid()'"));
        Assert.Equal(0, await Backends.CountAsync(Proven));
    }
}
