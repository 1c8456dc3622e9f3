using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The manager crashes: everybody who waits gets one answer, and nobody hangs.</summary>
public sealed class ManagerCrashAnswersTests : CrashTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(null, KeySharing.Shared)]
    [InlineData(1, KeySharing.Shared)]
    [InlineData(10, KeySharing.Shared)]
    [InlineData(1, KeySharing.Exclusive)]
    [InlineData(10, KeySharing.Exclusive)]
    public async Task All_who_wait_are_answered_and_may_ask_again(int? keys, KeySharing sharing)
    {
        var pool = await StartAsync(1, 1, settings => settings with { KeySharing = sharing, AcquireTimeout = Timeout.InfiniteTimeSpan });
        var held = await pool.GetConnAsync("held");
        var waiting = Enumerable.Range(0, 200).Select(n => WaitAsync(pool, n, keys)).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 200, "they wait");

        await CrashAsync(pool);

        foreach (var request in waiting)
        {
            var error = await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon));
            Assert.True(error.IsTransient, error.Message);
            Assert.Contains("Send the request again", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, pool.Statistics.Waiting);
        var again = Task.WhenAll(Enumerable.Range(0, 20).Select(async n => await ReturnAsync(pool, await WaitAsync(pool, n, null))));
        await held.DisposeAsync();
        await again.WaitAsync(Soon);
        await RightAtRestAsync(pool, 1);
    }

    [Fact]
    public async Task Those_who_wait_for_the_key_of_a_lease_are_answered_and_the_lease_goes_on()
    {
        var pool = await StartAsync(2, 2, settings => settings with { KeySharing = KeySharing.Exclusive, AcquireTimeout = Timeout.InfiniteTimeSpan });
        var held = await pool.GetConnAsync("k");
        var waiting = Enumerable.Range(0, 50).Select(_ => pool.GetConnAsync("k").AsTask()).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 50, "they wait");

        await CrashAsync(pool);

        foreach (var request in waiting)
            Assert.True((await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon))).IsTransient);
        Assert.Equal(1L, await ScalarAsync(held, "SELECT 1::bigint"));
        await held.DisposeAsync();
    }

    [Fact]
    public async Task Those_who_wait_for_a_session_that_is_being_initialized_are_answered()
    {
        var forEver = new TaskCompletionSource();
        var pool = await StartAsync(1, 2, settings => settings with
        {
            AcquireTimeout = Timeout.InfiniteTimeSpan,
            InitializeSession = (_, key, token) => key is "slow" ? forEver.Task.WaitAsync(token) : Task.CompletedTask,
        });
        var waiting = Enumerable.Range(0, 10).Select(_ => pool.GetConnAsync("slow").AsTask()).ToArray();
        await EventuallyAsync(() => pool.Statistics is { Waiting: 10, Validating: 1 }, "they wait");

        await CrashAsync(pool);

        foreach (var request in waiting)
            Assert.True((await Assert.ThrowsAsync<PoolException>(() => request.WaitAsync(Soon))).IsTransient);
        await using var other = await pool.GetConnAsync("quick");
        await using var another = await pool.GetConnAsync("quick too");
        Assert.NotEqual(await PidAsync(other), await PidAsync(another));
    }

    [Fact]
    public async Task An_actor_that_waits_is_told_and_nobody_is_answered_twice()
    {
        var pool = await StartAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        pool.Manager.Tell(new GetConn(), TestActor);
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        await CrashAsync(pool, 3);

        Assert.True(Assert.IsType<PoolException>((await ExpectMsgAsync<Status.Failure>()).Cause).IsTransient);
        pool.Manager.Tell(new GetStatistics(), TestActor);
        await ExpectMsgAsync<PoolStatistics>();
    }

    [Fact]
    public async Task Whoever_waits_for_everything_to_come_back_is_answered()
    {
        var pool = await StartAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        var paused = pool.Manager.Ask<Paused>(new Pause { UntilReturned = true }, TimeSpan.FromSeconds(10));
        await EventuallyAsync(() => pool.Statistics.IsPaused, "it is paused");

        await CrashAsync(pool);

        Assert.True((await Assert.ThrowsAsync<PoolException>(() => paused)).IsTransient);
    }

    [Fact]
    public async Task The_log_says_what_has_happened()
    {
        var pool = await StartAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        var waiting = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");

        await EventFilter.Warning(contains: "1 leases go on; 1 requests were answered").ExpectOneAsync(() => CrashAsync(pool));

        await Assert.ThrowsAsync<PoolException>(() => waiting);
    }

    private static Task<PooledConnection> WaitAsync(ConnectionPool pool, int n, int? keys)
    {
        object? key = keys is { } count ? n % count : null;
        return n % 2 == 0
            ? pool.GetConnAsync(key).AsTask()
            : pool.Manager.Ask<PooledConnection>(new GetConn(key), TimeSpan.FromSeconds(30));
    }

    private static Task ReturnAsync(ConnectionPool pool, PooledConnection connection) => pool.PutConnAsync(connection).AsTask();
}
