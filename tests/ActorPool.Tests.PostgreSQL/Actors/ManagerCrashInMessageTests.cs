using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The manager throws in the middle of a message, with half of what it decided carried out.</summary>
public sealed class ManagerCrashInMessageTests : CrashTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task In_a_question_nothing_is_lost()
    {
        var pool = await StartAsync(2, 2);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);

        await CrashInAsync(pool, new GetStatistics());

        Assert.Equal(pid, await PidAsync(lease));
        await lease.DisposeAsync();
        await RightAtRestAsync(pool, 2);
        Assert.Contains(pid, await UseAllAsync(pool, 2));
    }

    [Fact]
    public async Task In_a_grant_at_once_the_connection_comes_back()
    {
        var pool = await StartAsync(2, 2);

        await CrashInAsync(pool, new GetConn());

        await CollectAsync(() => pool.Statistics is { InUse: 0, Idle: 2 }, "the lease that nobody got is taken back");
        await UseAllAsync(pool, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task In_a_grant_to_one_who_waited_the_others_are_answered_and_all_places_are_there(int opens)
    {
        var pool = await StartAsync(0, 4, settings => settings with { MaxConcurrentOpens = opens, AcquireTimeout = Timeout.InfiniteTimeSpan });
        await EventFilter.Warning(contains: "is made again").ExpectOneAsync(async () =>
        {
            pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
            foreach (var use in Enumerable.Range(0, 20).Select(_ => UseOrFailAsync(pool)).ToArray())
                await use.WaitAsync(Soon);
        });

        await CollectAsync(() => pool.Statistics.InUse == 0, "the lease that nobody got is taken back");
        await UseAllAsync(pool, 4);
        Assert.Equal(4, await Backends.WaitForAsync(4));
        await RightAtRestAsync(pool, 4);
    }

    [Fact]
    public async Task In_a_return_the_connection_is_neither_lost_nor_lent_twice()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        var held = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
        var waiting = Enumerable.Range(0, 20).Select(_ => UseOrFailAsync(pool)).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 21, "they wait");

        await EventFilter.Warning(contains: "is made again").ExpectOneAsync(() => held.DisposeAsync().AsTask());

        await Task.WhenAll(waiting).WaitAsync(Soon);
        await CollectAsync(() => pool.Statistics is { InUse: 0, Idle: 1 }, "the lease that nobody got is taken back");
        await UseAllAsync(pool, 1);
    }

    [Fact]
    public async Task In_a_refusal_at_the_timeout_the_others_get_theirs()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(200) });
        await using var held = await pool.GetConnAsync();
        var thrower = new ThrowingRef(Sys);
        var waiting = Enumerable.Range(0, 40).Select(n =>
        {
            if (n == 20)
                pool.Manager.Tell(new GetConn(), thrower);
            return n % 2 == 0 ? pool.GetConnAsync().AsTask() : pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(10));
        }).ToArray();

        foreach (var request in waiting)
            Assert.Equal(PoolErrorKind.Timeout, (await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon))).Kind);
        Assert.Equal(1L, await ScalarAsync(held, "SELECT 1::bigint"));
    }

    [Fact]
    public async Task With_several_that_throw_the_others_are_answered()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        await using var held = await pool.GetConnAsync();
        var waiting = new List<Task<PooledConnection>>();
        for (var i = 0; i < 10; i++)
        {
            pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
            waiting.Add(pool.GetConnAsync().AsTask());
            waiting.Add(pool.Manager.Ask<PooledConnection>(new GetConn(), TimeSpan.FromSeconds(10)));
        }

        var paused = pool.Manager.Ask<Paused>(new Pause { UntilReturned = true }, TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => pool.Statistics is { Waiting: 30, IsPaused: true }, "they wait");

        await CrashAsync(pool);

        foreach (var request in waiting)
            Assert.True((await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon))).IsTransient);
        Assert.True((await Assert.ThrowsAsync<PoolException>(() => paused)).IsTransient);
    }

    [Fact]
    public async Task Whoever_has_the_answer_gets_no_second_one()
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = KeySharing.Shared });
        await using var one = await pool.GetConnAsync();
        await using var other = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn("k"), TestActor);
        pool.Manager.Tell(new GetConn("k"), new ThrowingRef(Sys));
        pool.Manager.Tell(new GetConn("k"), TestActor);
        await EventuallyAsync(() => pool.Statistics.Waiting == 3, "they wait");

        await EventFilter.Warning(contains: "is made again").ExpectOneAsync(() => one.DisposeAsync().AsTask());

        // All three share the lease; the crash comes after the first has got it.
        var lease = await ExpectMsgAsync<PooledConnection>();
        Assert.Equal("k", lease.Key);
        Assert.True(Assert.IsType<PoolException>((await ExpectMsgAsync<Status.Failure>()).Cause).IsTransient);
        pool.Manager.Tell(new GetStatistics(), TestActor);
        Assert.Equal(2, (await ExpectMsgAsync<PoolStatistics>()).InUse);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task In_the_death_of_a_borrower_its_lease_ends_all_the_same()
    {
        var pool = await StartAsync(1, 1, settings => settings with { AcquireTimeout = Timeout.InfiniteTimeSpan });
        var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, connection => ExecuteAsync(connection, "SELECT pg_sleep(60)")));
        var lease = (await ExpectMsgAsync<BorrowerActor.Borrowed>()).Connection;
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active'"));
        // It is told of the death of the one on whose behalf it asked.
        pool.Manager.Tell(new GetConn { Owner = borrower }, new ThrowingRef(Sys));
        var waiting = UseOrFailAsync(pool);
        await EventuallyAsync(() => pool.Statistics.Waiting == 2, "they wait");

        await CrashInAsync(pool, () => Sys.Stop(borrower));

        await waiting.WaitAsync(Soon);
        await UseAllAsync(pool, 1);
        Assert.Equal(System.Data.ConnectionState.Closed, lease.State);
        Assert.Equal(0, await Backends.WaitForAsync(0, "state = 'active'"));
        Assert.Equal(1, await Backends.CountAsync());
    }

    [Fact]
    public async Task A_put_that_was_answered_is_not_answered_again()
    {
        var pool = await StartAsync(1, 1);
        pool.Manager.Tell(new GetConn(), TestActor);
        var lease = await ExpectMsgAsync<PooledConnection>();
        pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        await CrashInAsync(pool, () => pool.Manager.Tell(new PutConn(lease), TestActor));

        await ExpectMsgAsync<ConnPut>();
        pool.Manager.Tell(new GetStatistics(), TestActor);
        await ExpectMsgAsync<PoolStatistics>();
    }

    [Fact]
    public async Task A_return_is_answered_even_when_the_crash_comes_with_it()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn(), new ThrowingRef(Sys));
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        await pool.PutConnAsync(lease).AsTask().WaitAsync(Soon);

        await CollectAsync(() => pool.Statistics is { InUse: 0, Idle: 1 }, "the lease that nobody got is taken back");
    }

    private Task CrashInAsync(ConnectionPool pool, object message) => CrashInAsync(pool, () => pool.Manager.Tell(message, new ThrowingRef(Sys)));

    private async Task CrashInAsync(ConnectionPool pool, Action cause)
    {
        await EventFilter.Warning(contains: "is made again").ExpectOneAsync(() =>
        {
            cause();
            return Task.CompletedTask;
        });
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);
    }

    /// <summary>Has the garbage collector look, until something has come of it.</summary>
    private static Task CollectAsync(Func<bool> condition, string what) => EventuallyAsync(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return condition();
        },
        what,
        TimeSpan.FromSeconds(10));
}
