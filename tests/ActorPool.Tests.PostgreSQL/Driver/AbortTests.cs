using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>A lease that is ended by force leaves nothing at the server.</summary>
public sealed class AbortTests : DriverTest
{
    private const string OutlivesOneCancellation =
        "DO $$ BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(60); END $$";

    // Like a cancellation that arrives too early: the server ignores it before the command begins.
    [Fact]
    public async Task A_cancellation_without_effect_is_repeated()
    {
        var pool = await StartOneAsync(DriverAccess.Internals);
        var lease = await pool.GetConnAsync();
        var query = ExecuteAsync(lease, OutlivesOneCancellation);
        Assert.Equal(1, await Backends.WaitForAsync(1, "wait_event = 'PgSleep'"));

        await pool.CloseAllAsync();

        Assert.Equal(0, await Backends.CountAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => query.WaitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task A_command_sent_at_the_moment_of_the_end_does_not_outlive_the_lease()
    {
        for (var round = 0; round < 20; round++)
        {
            var pool = await StartOneAsync(DriverAccess.Internals);
            var lease = await pool.GetConnAsync();
            var query = ExecuteAsync(lease, "SELECT pg_sleep(60)");
            await pool.CloseAllAsync();

            await Assert.ThrowsAnyAsync<Exception>(() => query.WaitAsync(TimeSpan.FromSeconds(15)));
            Assert.Equal(0, await Backends.CountAsync());
            await pool.DisposeAsync();
        }
    }
}
