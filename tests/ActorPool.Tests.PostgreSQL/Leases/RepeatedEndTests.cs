using System.Data;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A second end of a lease changes nothing: silent for Dispose and Close, an error for put.</summary>
public sealed class RepeatedEndTests : PoolTest
{
    [Fact]
    public async Task A_lease_closed_and_disposed_repeatedly_is_returned_once()
    {
        var pool = await StartAsync(1, 2);
        var lease = await pool.GetConnAsync();
        lease.Close();
        lease.Close();
        lease.Dispose();
        lease.Dispose();
        await lease.CloseAsync();
        await lease.CloseAsync();
        await lease.DisposeAsync();
        await lease.DisposeAsync();

        await EventuallyAsync(() => pool.Statistics is { Idle: 1, InUse: 0, Open: 1 }, "the connection is idle again");
    }

    [Fact]
    public async Task A_late_disposal_does_not_touch_the_next_borrower()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await lease.DisposeAsync();
        await using var next = await pool.GetConnAsync();

        await lease.DisposeAsync();
        lease.Close();

        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
        Assert.Equal(1, pool.Statistics.InUse);
    }

    [Fact]
    public async Task Dispose_after_put_is_silent()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync("key");
        await pool.PutConnAsync(lease, "key");

        await lease.DisposeAsync();

        Assert.Equal(1, pool.Statistics.Idle);
    }

    [Fact]
    public async Task Dispose_after_closeall_is_silent()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await pool.CloseAllAsync();

        lease.Close();
        lease.Dispose();
        await lease.CloseAsync();
        await lease.DisposeAsync();

        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Fact]
    public async Task The_disposal_of_a_shared_lease_ends_it_for_all_and_repeating_it_is_silent()
    {
        var pool = await StartAsync(1, 1);
        var first = await pool.GetConnAsync("key");
        var second = await pool.GetConnAsync("key");

        await first.DisposeAsync();
        await second.DisposeAsync();

        var error = Assert.Throws<PoolException>(() => second.Npgsql);
        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        await EventuallyAsync(() => pool.Statistics is { Idle: 1, InUse: 0 }, "the connection is idle again");
    }
}
