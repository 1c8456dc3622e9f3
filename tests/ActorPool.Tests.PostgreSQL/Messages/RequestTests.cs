using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Messages;

/// <summary>A call of the facade with a <see cref="GetConn"/>, which has a key, a timeout and an owner.</summary>
public sealed class RequestTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_request_without_members_borrows_without_a_key()
    {
        var pool = await StartAsync(2, 2);

        await using var first = await pool.GetConnAsync(new GetConn());
        await using var second = await pool.GetConnAsync(null);

        Assert.Null(first.Key);
        Assert.NotEqual(await PidAsync(first), await PidAsync(second));
    }

    [Fact]
    public async Task The_key_of_a_request_binds_the_connection()
    {
        var pool = await StartAsync(2, 2);

        var first = await pool.GetConnAsync(new GetConn("k"));
        var second = await pool.GetConnAsync("k");

        Assert.Same(first, second);
        await pool.PutConnAsync(first, "k");
    }

    [Fact]
    public async Task The_timeout_of_a_request_holds_for_that_request_alone()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        await using var held = await pool.GetConnAsync();

        var late = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromMilliseconds(50) }).AsTask().WaitAsync(Soon));
        var atOnce = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync(new GetConn { Timeout = TimeSpan.Zero }).AsTask().WaitAsync(Soon));
        var next = pool.GetConnAsync().AsTask();

        Assert.Equal((PoolErrorKind.Timeout, PoolErrorKind.Exhausted), (late.Kind, atOnce.Kind));
        await held.DisposeAsync();
        await (await next.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task A_lease_borrowed_for_an_actor_ends_with_the_actor()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.GetConnAsync(new GetConn { Owner = owner });
        Assert.Contains(owner.Path.ToString(), Assert.Single(await pool.GetLeasesAsync()).Borrower, StringComparison.Ordinal);

        Sys.Stop(owner);
        await using var next = await pool.GetConnAsync().AsTask().WaitAsync(Soon);

        Assert.Contains("the actor that borrowed it has ended", Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_an_actor_is_refused_when_the_actor_ends()
    {
        var pool = await StartAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        var owner = Sys.ActorOf(Props.Empty);
        var waiting = pool.GetConnAsync(new GetConn { Owner = owner }).AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");

        Sys.Stop(owner);
        var error = await Assert.ThrowsAsync<PoolException>(() => waiting.WaitAsync(Soon));

        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        Assert.Equal(0, pool.Statistics.Waiting);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k")]
    public async Task An_owner_that_throws_fails_its_request_and_the_pool_goes_on(string? key)
    {
        var pool = await StartAsync(1, 1);
        var owner = new UnwatchableRef(Sys);

        for (var round = 0; round < 2; round++)
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => pool.GetConnAsync(new GetConn(key) { Owner = owner }).AsTask().WaitAsync(Soon));
            Assert.Equal("boom", error.Message);
            await Assert.ThrowsAsync<InvalidOperationException>(() => pool.Manager.Ask<PooledConnection>(new GetConn(key) { Owner = owner }, Soon));
        }

        await using var lease = await pool.GetConnAsync(key).AsTask().WaitAsync(Soon);
        Assert.Equal((1L, 0L), ((long)pool.Statistics.Granted, (long)pool.Statistics.EndedByForce));
    }

    [Fact]
    public async Task The_next_call_of_the_same_thread_has_no_owner_and_no_timeout()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        await (await pool.GetConnAsync(new GetConn { Owner = owner, Timeout = TimeSpan.FromMilliseconds(1) })).DisposeAsync();

        await using var lease = await pool.GetConnAsync();
        await owner.GracefulStop(Soon);
        var waiting = pool.GetConnAsync().AsTask();
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);

        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        await lease.DisposeAsync();
        await (await waiting.WaitAsync(Soon)).DisposeAsync();
    }
}
