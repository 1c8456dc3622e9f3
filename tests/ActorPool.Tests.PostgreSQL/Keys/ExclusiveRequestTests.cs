using System.Collections.Concurrent;
using System.Globalization;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Keys;

/// <summary>Requests that have their key's session alone, beside requests that share it.</summary>
public sealed class ExclusiveRequestTests : PoolTest
{
    private const int Callers = 16;
    private const int Rounds = 40;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private static readonly GetConn Alone = new("k") { Exclusive = true };

    private readonly ConcurrentDictionary<PooledConnection, (int Shared, int Exclusive)> _holders = [];
    private int _exclusive;
    private int _shared;
    private int _ended;

    [Fact]
    public async Task An_exclusive_request_waits_for_a_shared_lease_and_a_shared_one_behind_it()
    {
        var pool = await StartAsync(2, 2);
        var first = await pool.GetConnAsync("k");
        Assert.Same(first, await pool.GetConnAsync("k"));

        var exclusive = pool.GetConnAsync(Alone).AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the exclusive request waits");
        var shared = new[] { pool.GetConnAsync("k").AsTask(), pool.Manager.Ask<PooledConnection>(new GetConn("k"), Soon) };
        await EventuallyAsync(() => pool.Statistics.Waiting == 3, "the shared requests wait behind it");
        await (await pool.GetConnAsync("other").AsTask().WaitAsync(Soon)).DisposeAsync();

        await first.DisposeAsync();
        var alone = await exclusive.WaitAsync(Soon);
        Assert.Equal(2, pool.Statistics.Waiting);
        await pool.PutConnAsync(alone, "k");

        var leases = await Task.WhenAll(shared).WaitAsync(Soon);
        Assert.Same(leases[0], leases[1]);
        await leases[0].DisposeAsync();
    }

    [Theory]
    [InlineData("facade")]
    [InlineData("ask")]
    [InlineData("owner")]
    [InlineData("tell")]
    public async Task A_shared_request_joins_no_exclusive_lease_however_it_was_borrowed(string how)
    {
        var pool = await StartAsync(2, 2);
        var lease = how switch
        {
            "facade" => await pool.GetConnAsync(Alone),
            "ask" => await pool.Manager.Ask<PooledConnection>(Alone, Soon),
            "owner" => await pool.GetConnAsync(Alone with { Owner = Sys.ActorOf(Props.Empty) }),
            _ => await TellAsync(pool),
        };

        var next = pool.GetConnAsync("k").AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the shared request waits");

        await lease.DisposeAsync();
        Assert.Equal(1, await ScalarAsync(await next.WaitAsync(Soon), "SELECT 1"));
        await (await next).DisposeAsync();
        Assert.Equal(0, pool.Statistics.Joined);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("time-out")]
    [InlineData("ask")]
    [InlineData("death")]
    public async Task A_shared_request_joins_when_the_exclusive_one_before_it_ends(string how)
    {
        var pool = await StartAsync(1, 1);
        var held = await pool.GetConnAsync("k");
        using var cancellation = new CancellationTokenSource();
        var owner = Sys.ActorOf(Props.Empty);
        var exclusive = how switch
        {
            "cancel" => pool.GetConnAsync(Alone, cancellation.Token).AsTask(),
            // Long enough for the shared request to come while it waits.
            "time-out" => pool.GetConnAsync(Alone with { Timeout = TimeSpan.FromSeconds(1) }).AsTask(),
            "ask" => pool.Manager.Ask<PooledConnection>(Alone, cancellation.Token),
            _ => pool.GetConnAsync(Alone with { Owner = owner }).AsTask(),
        };
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the exclusive request waits");
        var shared = pool.GetConnAsync("k").AsTask();

        await cancellation.CancelAsync();
        if (how == "death")
            Sys.Stop(owner);

        Assert.Same(held, await shared.WaitAsync(Soon));
        await Assert.ThrowsAnyAsync<Exception>(() => exclusive.WaitAsync(Soon));
        await held.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_exclusive_after_a_crash_of_the_manager()
    {
        var pool = await StartAsync(1, 2);
        var lease = await pool.GetConnAsync(Alone);

        ((IInternalActorRef)pool.Manager).Restart(new InvalidOperationException("boom"));
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);

        var next = pool.GetConnAsync("k").AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the shared request waits");
        await lease.DisposeAsync();
        await (await next.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task The_pool_without_actors_refuses_an_exclusive_request_for_a_key_in_use()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 2));
        var shared = await pool.GetConnAsync("k");
        Assert.Same(shared, await pool.GetConnAsync("k"));

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync(Alone).AsTask());
        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Contains("the key of the request is in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("unless one of them is exclusive", error.Message, StringComparison.Ordinal);

        await shared.DisposeAsync();
        await using var alone = await pool.GetConnAsync(Alone);
        Assert.Equal(PoolErrorKind.Timeout, (await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync("k").AsTask())).Kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Sixteen_callers_of_both_kinds_see_a_keys_session_one_at_a_time(int keys)
    {
        var pool = await StartAsync(0, 4, settings => settings with { SharedKeyWarning = false, AcquireTimeout = Timeout.InfiniteTimeSpan });

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(pool, caller, keys)))).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.Equal(Callers * Rounds, _exclusive + _shared + _ended);
        Assert.True(_exclusive > Callers && _shared > Callers, $"{_exclusive} exclusive and {_shared} shared requests were served, and {_ended} ended before.");
        Assert.Equal(0, pool.Statistics.Reclaimed);
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0, Resetting: 0, Validating: 0, Closing: 0 }, "everything is back");
        await UseAllAsync(pool, 4);
    }

    private async Task CallAsync(ConnectionPool pool, int caller, int keys)
    {
        var random = new Random(caller);
        for (var round = 0; round < Rounds; round++)
        {
            var request = new GetConn(random.Next(keys)) { Exclusive = random.Next(2) == 0 };
            using var cancellation = new CancellationTokenSource();
            if (random.Next(6) == 0)
                cancellation.CancelAfter(TimeSpan.FromMicroseconds(random.Next(5000)));
            try
            {
                await using var lease = round % 3 == 0 ? await pool.Manager.Ask<PooledConnection>(request, cancellation.Token) : await pool.GetConnAsync(request, cancellation.Token);
                CheckHolders(lease, request.Exclusive);
                if (request.Exclusive)
                    await StayAloneAsync(lease, caller);
                else
                    await Task.Delay(random.Next(3));
                Interlocked.Increment(ref request.Exclusive ? ref _exclusive : ref _shared);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _ended);
            }
        }
    }

    /// <summary>A lease has holders of one kind, and an exclusive lease has one.</summary>
    private void CheckHolders(PooledConnection lease, bool isExclusive)
    {
        var (shared, exclusive) = _holders.AddOrUpdate(
            lease, _ => isExclusive ? (0, 1) : (1, 0), (_, before) => isExclusive ? (before.Shared, before.Exclusive + 1) : (before.Shared + 1, before.Exclusive));
        Assert.True(exclusive == 0 || (exclusive, shared) == (1, 0), $"A lease has {exclusive} exclusive and {shared} shared holders.");
    }

    /// <summary>Leaves a row in a temp table of the session for a moment: no other guest comes or goes meanwhile, and no command is in the way.</summary>
    private static async Task StayAloneAsync(PooledConnection lease, int caller)
    {
        await ExecuteAsync(lease, "CREATE TEMP TABLE IF NOT EXISTS guest (caller int)");
        Assert.Equal(0L, await ScalarAsync(lease, "SELECT count(*) FROM guest"));
        await ExecuteAsync(lease, $"INSERT INTO guest VALUES ({caller})");
        await Task.Yield();
        Assert.Equal(caller.ToString(CultureInfo.InvariantCulture), await ScalarAsync(lease, "SELECT string_agg(caller::text, ',') FROM guest"));
        await ExecuteAsync(lease, "DELETE FROM guest");
    }

    private async Task<PooledConnection> TellAsync(ConnectionPool pool)
    {
        Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, request: Alone));
        return (await ExpectMsgAsync<BorrowerActor.Borrowed>(Soon)).Connection;
    }
}
