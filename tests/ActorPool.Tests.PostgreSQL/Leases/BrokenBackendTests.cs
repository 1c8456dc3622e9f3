using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>A backend ends while it is lent: only its borrower sees an error, and the connection is replaced on return.</summary>
public sealed class BrokenBackendTests : PoolTest
{
    [Fact]
    public async Task A_killed_backend_fails_the_commands_and_is_discarded_on_return()
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
    public async Task A_backend_killed_in_a_transaction_leaves_the_pool_working()
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

    [Fact]
    public async Task Open_on_a_lease_with_a_killed_backend_says_that_the_session_was_lost()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await KillAsync(await PidAsync(lease));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(lease, "SELECT 1"));

        var error = Assert.Throws<PoolException>(lease.Open);
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<PoolException>(() => lease.OpenAsync())).Message);

        Assert.True(error.IsTransient);
        Assert.Contains("session of this lease was lost", error.Message, StringComparison.Ordinal);
        Assert.Contains("borrow again", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResetMode.Rollback, false)]
    [InlineData(ResetMode.Rollback, true)]
    [InlineData(ResetMode.DiscardAll, false)]
    public async Task A_backend_killed_without_a_later_command_is_replaced_on_return(ResetMode reset, bool inTransaction)
    {
        var pool = await StartAsync(1, 1, settings => settings with { Reset = reset, ValidateAfterIdle = Timeout.InfiniteTimeSpan });
        for (var i = 0; i < 5; i++)
        {
            var lease = await pool.GetConnAsync();
            if (inTransaction)
                await ExecuteAsync(lease, "BEGIN");
            var pid = await PidAsync(lease);
            await KillAsync(pid);

            await (i % 2 == 0 ? lease.DisposeAsync() : pool.PutConnAsync(lease));

            await using var next = await pool.GetConnAsync();
            Assert.NotEqual(pid, await PidAsync(next));
        }

        Assert.Equal(5, pool.Statistics.Lost);
    }

    [Fact]
    public async Task A_waiter_does_not_get_a_backend_that_was_killed_before_its_return()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        var waiting = new[] { null, "one", "two", null }.Select(async key =>
        {
            await using var next = await pool.GetConnAsync(key);
            return await PidAsync(next);
        }).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 4, "all wait");
        await KillAsync(pid);

        await lease.DisposeAsync();

        Assert.DoesNotContain(pid, await Task.WhenAll(waiting));
    }

    private async Task KillAsync(int pid)
    {
        Assert.Equal(1, await Backends.TerminateAsync($"pid = {pid}"));
        Assert.Equal(0, await Backends.WaitForAsync(0, $"pid = {pid}"));
    }
}
