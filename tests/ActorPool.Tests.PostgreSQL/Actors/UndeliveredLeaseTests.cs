using System.Text.RegularExpressions;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>A lease that was sent to an actor and not received.</summary>
public sealed class UndeliveredLeaseTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Envelopes() => ["none", "success", "wrapped", "both"];

    [Theory]
    [MemberData(nameof(Envelopes))]
    public async Task A_lease_piped_to_an_actor_that_stops_returns_at_once(string envelope)
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync();
        var piping = Sys.ActorOf(Props.Create(() => new Piping(pool, envelope)));
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        await piping.GracefulStop(Soon);

        await EventFilter.Warning(new Regex($@"its connection is taken back.*{nameof(UndeliveredLeaseTests)}\.cs")).ExpectOneAsync(async () => await held.DisposeAsync());

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Idle: 1 }, "it is back");
        Assert.Equal(0, pool.Statistics.Reclaimed);
        await using var next = await pool.GetConnAsync().AsTask().WaitAsync(Soon);
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task A_lease_sent_to_an_actor_that_does_not_handle_it_returns_at_once()
    {
        var pool = await StartAsync(1, 1);
        var deaf = Sys.ActorOf(Props.Create(() => new Deaf()));

        await EventFilter.Warning(contains: "does not handle it").ExpectOneAsync(() =>
        {
            pool.Manager.Tell(new GetConn(), deaf);
            return Task.CompletedTask;
        });

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Idle: 1, EndedByForce: 0 }, "it is back");
    }

    [Fact]
    public async Task A_lease_sent_to_the_manager_in_place_of_a_put_returns_at_once()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();

        pool.Manager.Tell(lease);

        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Idle: 1 }, "it is back");
        Assert.Contains("sent to an actor", Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_stays_with_its_owner_when_the_owner_sends_it_to_an_actor_that_has_ended()
    {
        var pool = await StartAsync(1, 1);
        var dead = Sys.ActorOf(Props.Empty);
        await dead.GracefulStop(Soon);
        Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;

        await EventFilter.Warning(contains: "It stays with").ExpectOneAsync(() =>
        {
            dead.Tell(lease);
            return Task.CompletedTask;
        });

        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        Assert.Equal(1, pool.Statistics.InUse);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_shared_lease_stays_with_the_borrower_who_received_it()
    {
        var pool = await StartAsync(1, 1, settings => settings with { SharedKeyWarning = false });
        var dead = Sys.ActorOf(Props.Empty);
        await dead.GracefulStop(Soon);
        var received = await pool.GetConnAsync("k");
        var lost = await pool.GetConnAsync("k");
        Assert.Same(received, lost);

        await EventFilter.Warning(contains: "the other borrowers of its key").ExpectOneAsync(() =>
        {
            dead.Tell(lost);
            return Task.CompletedTask;
        });
        Assert.Equal(1, await ScalarAsync(received, "SELECT 1"));

        // Neither lease was received: the connection is free again.
        dead.Tell(received);
        await EventuallyAsync(() => pool.Statistics.InUse == 0, "it is back");
    }

    [Fact]
    public async Task The_session_of_a_key_whose_lease_was_not_received_is_new_to_the_next()
    {
        var pool = await StartAsync(1, 1);
        var dead = Sys.ActorOf(Props.Empty);
        await dead.GracefulStop(Soon);

        pool.Manager.Tell(new GetConn("k"), dead);
        dead.Tell(await pool.GetConnAsync("k"));
        await EventuallyAsync(() => pool.Statistics.InUse == 0, "it is back");

        await using var next = await pool.GetConnAsync("k").AsTask().WaitAsync(Soon);
        Assert.True(next.IsNewSession);
    }

    [Fact]
    public async Task A_lease_that_was_returned_before_its_message_is_lost_is_not_returned_twice()
    {
        var pool = await StartAsync(1, 1);
        var dead = Sys.ActorOf(Props.Empty);
        await dead.GracefulStop(Soon);
        var first = await pool.GetConnAsync();
        await first.DisposeAsync();
        await using var second = await pool.GetConnAsync();

        dead.Tell(first);
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);

        Assert.Equal(1, pool.Statistics.InUse);
        Assert.Equal(1, await ScalarAsync(second, "SELECT 1"));
    }

    private sealed class Piping : ReceiveActor
    {
        public Piping(ConnectionPool pool, string envelope) =>
            pool.GetConnAsync().AsTask().PipeTo(Self, success: lease => envelope switch
            {
                "success" => new Status.Success(lease),
                "wrapped" => new Wrapped(lease),
                "both" => new Wrapped(new Status.Success(lease)),
                _ => lease,
            });
    }

    private sealed record Wrapped(object Message) : IWrappedMessage;

    private sealed class Deaf : ReceiveActor;
}
