using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>Losses and notices that the pool finds without a borrower.</summary>
public sealed class NoticedTests : LivenessTest
{
    // The pool's round trip, as the server shows it.
    private const string Tested = "query = 'SELECT 1'";

    [Fact]
    public async Task A_failover_is_noticed_without_a_borrower()
    {
        var pool = await StartAsync(3, 5);
        await UseAllAsync(pool, 5);
        Assert.Equal(5, await Backends.TerminateAsync());

        await EventuallyAsync(() => pool.Statistics is { Lost: 5, Idle: 3, Opened: 8 }, "those beyond the minimum are gone, the others replaced");

        Assert.Equal(3, await Backends.CountAsync());
    }

    [Fact]
    public async Task Lost_connections_are_replaced_on_demand_only_without_keep_min()
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
    public async Task A_backend_killed_while_lent_is_an_error_for_its_borrower_alone(bool noticed)
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
            Assert.Equal(4, await Backends.WaitForAsync(4, $"pid IN ({string.Join(',', siblings)}) AND {Tested}"));
        var after = await UseAllAsync(pool, 5);
        Assert.DoesNotContain(pid, after);
        Assert.Equal(siblings.Order(), after.Intersect(pids).Order());
        Assert.Equal((1, 6), (pool.Statistics.Lost, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_connection_with_an_unread_notification_is_kept()
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

        Assert.Equal(1, await Backends.WaitForAsync(1, $"pid = {pid} AND {Tested}"));
        for (var i = 0; i < 30; i++)
        {
            await news.ExecuteNonQueryAsync();
            Assert.Equal(pid, await UseAsync(pool));
        }

        Assert.Equal((0, 1), (pool.Statistics.Lost, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_connection_with_a_silent_socket_is_lent_without_a_round_trip()
    {
        var pool = await StartAsync(1, 1);
        var pid = await UseAsync(pool);

        for (var i = 0; i < 10; i++)
            await UseAsync(pool);

        Assert.Equal(1, await Backends.CountAsync($"pid = {pid} AND query = 'SELECT pg_backend_pid()'"));
        Assert.Equal(0, await Backends.CountAsync(Tested));
    }
}
