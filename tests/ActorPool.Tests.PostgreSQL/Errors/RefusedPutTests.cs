using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>A refused return names its reason and the remedy for that reason.</summary>
public sealed class RefusedPutTests : PoolTest
{
    [Fact]
    public async Task A_second_put_is_refused_because_the_lease_was_returned()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await pool.PutConnAsync(lease);

        Expect(await RefusedAsync(() => pool.PutConnAsync(lease)), "is no longer lent: it was returned", "Put a connection once");
    }

    [Fact]
    public async Task A_put_after_the_end_of_its_owner_is_refused_for_that_reason()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner });
        Sys.Stop(owner);
        await EventuallyAsync(() => pool.Statistics.EndedByForce == 1, "the lease has ended");

        Expect(await RefusedAsync(() => pool.PutConnAsync(lease)), "is no longer lent: the actor that borrowed it has ended", "Put a connection once");
    }

    [Fact]
    public async Task A_put_to_another_pool_is_refused_with_the_name_of_the_right_pool()
    {
        var (orders, reports) = (await StartAsync(0, 1, settings => settings with { Name = "orders" }), await StartAsync(0, 1, settings => settings with { Name = "reports" }));
        await using var lease = await orders.GetConnAsync();

        Expect(await RefusedAsync(() => reports.PutConnAsync(lease)), "but by pool 'orders'", "to the pool that lent it");
        Assert.Equal(System.Data.ConnectionState.Open, lease.State);
    }

    [Theory]
    [InlineData("one", "two", "not lent under this key, but under another")]
    [InlineData(null, "two", "under a key, although it was borrowed without one")]
    public async Task A_put_under_another_key_is_refused_for_that_reason(string? borrowed, string put, string what)
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync(borrowed);

        Expect(await RefusedAsync(() => pool.PutConnAsync(lease, put)), what, "under the key it was borrowed with");
        Assert.Equal(System.Data.ConnectionState.Open, lease.State);
    }

    [Fact]
    public async Task The_answer_to_a_message_has_the_same_words()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn());
        await pool.Manager.Ask<ConnPut>(new PutConn(lease));

        Expect(await Assert.ThrowsAsync<PoolException>(() => pool.Manager.Ask<ConnPut>(new PutConn(lease))), "it was returned", "Put a connection once");
        Expect(await Assert.ThrowsAsync<PoolException>(() => pool.Manager.Ask<ConnPut>(new PutConn(null!))), "there is no connection to put", "that GetConn returned");
    }

    [Fact]
    public async Task The_pool_without_actors_has_the_same_words()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 0, 2) { Name = "simple" });
        await using var other = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 0, 1) { Name = "other" });
        var (keyed, foreign) = (await pool.GetConnAsync("one"), await other.GetConnAsync());

        Expect(await RefusedAsync(() => pool.PutConnAsync(foreign)), "but by pool 'other'", "to the pool that lent it");
        Expect(await RefusedAsync(() => pool.PutConnAsync(keyed, "two")), "not lent under this key, but under another", "under the key it was borrowed with");
        await pool.PutConnAsync(keyed, "one");
        Expect(await RefusedAsync(() => pool.PutConnAsync(keyed, "one")), "is no longer lent: it was returned", "Put a connection once");
    }

    private static void Expect(PoolException error, string what, string remedy)
    {
        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        Assert.False(error.IsTransient);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", error.Message, StringComparison.Ordinal);
    }

    private static Task<PoolException> RefusedAsync(Func<ValueTask> put) => Assert.ThrowsAsync<PoolException>(async () => await put());
}
