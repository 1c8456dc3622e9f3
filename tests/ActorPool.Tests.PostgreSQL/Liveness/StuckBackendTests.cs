using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>A stopped backend, as behind a network that drops every packet.</summary>
public sealed class StuckBackendTests(OwnServer own) : LivenessTest, IClassFixture<OwnServer>
{
    // What is stuck is given up after a minute, which no request may wait for.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(ResetMode.Rollback)]
    [InlineData(ResetMode.DiscardAll)]
    public Task A_stuck_reset_holds_up_no_request(ResetMode reset) => StuckAsync(0, 2, settings => settings with { Reset = reset }, async (pool, stop) =>
    {
        var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "BEGIN");
        stop(await PidAsync(lease));
        await lease.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Resetting == 1, "it is being reset");

        await UseAsync(pool).WaitAsync(Soon);

        Assert.NotEqual(0, pool.Statistics.Resetting);
    });

    [Fact]
    public Task A_timeout_behind_a_frozen_backend_says_that_the_server_does_not_answer() =>
        StuckAsync(1, 1, settings => settings, async (pool, stop) =>
        {
            var lease = await pool.GetConnAsync();
            await ExecuteAsync(lease, "BEGIN");
            stop(await PidAsync(lease));
            await lease.DisposeAsync();

            var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromMilliseconds(600) }).AsTask());

            Assert.Contains("validated (0) or reset (1), and there has been no answer for ", error.Message, StringComparison.Ordinal);
            Assert.Contains("Check the server and the network to it", error.Message, StringComparison.Ordinal);
        });

    [Fact]
    public Task A_stuck_validation_holds_up_no_request() => StuckAsync(2, 2, settings => settings with { ValidateAfterIdle = TimeSpan.Zero }, async (pool, stop) =>
    {
        await UseAllAsync(pool, 2);
        // The connection that was returned last is lent next.
        stop(await UseAsync(pool));

        var served = UseAsync(pool);
        await EventuallyAsync(() => pool.Statistics.Validating > 0, "a test is in flight");
        await served.WaitAsync(Soon);
    });

    [Fact]
    public Task A_waiter_behind_a_stuck_reset_gets_the_next_connection_that_is_returned() => StuckAsync(2, 2, settings => settings, async (pool, stop) =>
    {
        var (stuck, other) = (await pool.GetConnAsync(), await pool.GetConnAsync());
        var waiting = UseAsync(pool);
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        await ExecuteAsync(stuck, "BEGIN");
        stop(await PidAsync(stuck));
        await stuck.DisposeAsync();
        await other.DisposeAsync();

        await waiting.WaitAsync(Soon);
    });

    [Fact]
    public Task Closeall_with_a_stuck_backend_takes_a_bounded_time() => StuckAsync(2, 2, settings => settings, async (pool, stop) =>
    {
        stop(await UseAsync(pool));

        await pool.CloseAllAsync().WaitAsync(TimeSpan.FromSeconds(20));
    });

    private async Task StuckAsync(int min, int max, Func<PoolSettings, PoolSettings> change, Func<ConnectionPool, Action<int>, Task> test)
    {
        var pool = await StartAsync(change(new PoolSettings(own.Server.ConnectionString, min, max) { ConnectTimeout = Long, ValidateTimeout = Long, AcquireTimeout = Long }));
        var stopped = new List<int>();
        try
        {
            await test(pool, pid =>
            {
                stopped.Add(pid);
                Signal("STOP", pid);
            });
        }
        finally
        {
            stopped.ForEach(pid => Signal("CONT", pid));
        }
    }

    private static void Signal(string name, int pid)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{pid}"]);
        kill.WaitForExit();
        // A backend that has ended meanwhile cannot continue.
        Assert.True(kill.ExitCode == 0 || name == "CONT", $"Backend {pid} cannot be stopped.");
    }
}
