using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A backend that dies while it is lent: its borrower sees it, the lease goes on until its return, the next one is well served.</summary>
public sealed class BrokenBackendTests : PoolTest
{
    [Fact]
    public async Task Its_commands_fail_and_its_return_discards_it()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync("key");
        var pid = await PidAsync(lease);
        await KillAsync(pid);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(lease, "SELECT 1"));
        Assert.NotNull(lease.Npgsql);
        Assert.Equal("key", lease.Key);
        Assert.Equal(1, pool.Statistics.InUse);
        await Assert.ThrowsAnyAsync<Exception>(() => ScalarAsync(lease, "SELECT 1"));
        await pool.PutConnAsync(lease, "key");

        await using var next = await pool.GetConnAsync("key");
        Assert.NotEqual(pid, await PidAsync(next));
        Assert.True(next.IsNewSession);
    }

    [Fact]
    public async Task Killed_in_a_transaction_its_unwinding_is_quiet_for_the_pool()
    {
        var pool = await StartAsync(1, 1);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await using var lease = await pool.GetConnAsync();
            await using var transaction = await lease.BeginTransactionAsync();
            await KillAsync(await PidAsync(lease));
            await ScalarAsync(lease, "SELECT 1");
        });

        await using var next = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    private async Task KillAsync(int pid)
    {
        Assert.Equal(1, await Backends.TerminateAsync($"pid = {pid}"));
        Assert.Equal(0, await Backends.WaitForAsync(0, $"pid = {pid}"));
    }
}
