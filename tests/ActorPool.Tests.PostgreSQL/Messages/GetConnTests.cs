using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Messages;

/// <summary>A <see cref="GetConn"/> with unexpected values.</summary>
public sealed class GetConnTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(-2)]
    [InlineData(-50_000_000)]
    [InlineData(long.MinValue)]
    public async Task A_negative_timeout_is_refused_at_once_even_when_a_connection_is_idle(long ticks)
    {
        var pool = await StartAsync(1, 1);

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.FromTicks(ticks) }, Soon));

        Assert.Contains("negative", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (pool.Statistics.Idle, pool.Statistics.Waiting));
    }

    public static TheoryData<TimeSpan> TooLong() => [TimeSpan.FromDays(25), TimeSpan.FromDays(50), TimeSpan.FromDays(100_000), TimeSpan.MaxValue - TimeSpan.FromTicks(1), TimeSpan.MaxValue, Timeout.InfiniteTimeSpan];

    [Theory]
    [MemberData(nameof(TooLong))]
    public async Task A_timeout_longer_than_any_timer_waits_without_a_busy_loop(TimeSpan timeout)
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var waiting = pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = timeout }, Timeout.InfiniteTimeSpan);
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        // A request with a short timeout behind it is refused in time.
        await Assert.ThrowsAsync<PoolException>(() => pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = TimeSpan.FromMilliseconds(100) }, Soon));

        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await (await waiting.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task The_longest_times_that_settings_can_have_are_kept()
    {
        var longest = TimeSpan.FromDays(24 * 365);
        var pool = await StartAsync(1, 1, settings => settings with
        {
            AcquireTimeout = longest, IdleTimeout = longest, MaxLifetime = longest, ValidateAfterIdle = longest, LeakWarningAfter = longest, MaxHoldTime = longest, CloseTimeout = longest,
            ConnectTimeout = longest, ReconnectBackoff = new ReconnectBackoff(longest, longest, 1),
        });
        var held = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        await held.DisposeAsync();
        await (await waiting.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task An_owner_that_is_gone_gets_no_lease_that_lasts()
    {
        var pool = await StartAsync(1, 1);
        var dead = Sys.ActorOf(Props.Empty);
        await dead.GracefulStop(Soon);

        foreach (var owner in new[] { dead, Stopping() })
        {
            // A grant for a moment or a refusal with the reason: one answer in any case.
            var refusal = await Record.ExceptionAsync(() => pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner }, Soon));
            Assert.True(refusal is null or PoolException { Kind: PoolErrorKind.NotCheckedOut }, $"{refusal}");
            await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0 }, "it has nothing");
        }

        await using var lease = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
    }

    [Fact]
    public async Task A_null_owner_is_no_owner()
    {
        var pool = await StartAsync(1, 1);

        foreach (var owner in new[] { ActorRefs.Nobody, ActorRefs.NoSender, Sys.DeadLetters })
        {
            var lease = await pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner }, Soon);
            Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
            await lease.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_actor_of_the_pool_cannot_own_a_lease()
    {
        var pool = await StartAsync(2, 2);
        var connection = await Sys.ActorSelection(pool.Manager.Path / "*").ResolveOne(Soon);

        foreach (var owner in new[] { pool.Manager, connection })
        {
            var asked = await Assert.ThrowsAsync<ArgumentException>(() => pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner }, Soon));
            var called = await Assert.ThrowsAsync<ArgumentException>(async () => await pool.GetConnAsync(new GetConn { Owner = owner }));
            Assert.Contains(owner.Path.ToString(), asked.Message, StringComparison.Ordinal);
            Assert.Equal(asked.Message, called.Message);
        }

        // The pool still hears of the end of that actor: its place is free for another.
        Sys.Stop(connection);
        await EventuallyAsync(() => pool.Statistics is { Open: 2, Opened: 3 }, "the connection is replaced");
        Assert.Equal((0, 2), (pool.Statistics.InUse, pool.Statistics.Idle));
    }

    [Fact]
    public async Task An_actor_of_the_pool_cannot_ask_for_a_lease()
    {
        var pool = await StartAsync(2, 2);
        var connection = await Sys.ActorSelection(pool.Manager.Path / "*").ResolveOne(Soon);

        foreach (var sender in new[] { pool.Manager, connection })
            await EventFilter.Warning(contains: $"its sender is {sender.Path}").ExpectOneAsync(() =>
            {
                pool.Manager.Tell(new GetConn(), sender);
                return Task.CompletedTask;
            });

        Assert.Equal((0, 2), (pool.Statistics.InUse, pool.Statistics.Idle));
    }

    private IActorRef Stopping()
    {
        var actor = Sys.ActorOf(Props.Empty);
        Sys.Stop(actor);
        return actor;
    }
}
