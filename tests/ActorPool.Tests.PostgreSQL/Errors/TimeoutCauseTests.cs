using System.Diagnostics;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>A request that times out learns the cause, with numbers, and the remedy for that cause.</summary>
public sealed class TimeoutCauseTests : PoolTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    // For a request that is served, however slow the machine is.
    private static readonly GetConn Patient = new() { Timeout = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task A_timeout_with_all_lent_names_the_borrowers_and_their_times()
    {
        var pool = await StartAsync(0, 2, settings => settings with { AcquireTimeout = Short });
        var owner = Sys.ActorOf(Props.Empty, "reports");
        await using var first = await pool.Manager.Ask<PooledConnection>(Patient with { Owner = owner });
        await using var second = await pool.GetConnAsync(Patient);

        var error = await TimedOutAsync(pool.GetConnAsync().AsTask());

        Expect(error, "within acquire-timeout (0.2 s); the request waited ", "all of max-connections (2) are lent", "in use 2", "akka://test/user/reports for ", "TimeoutCauseTests.cs:",
            "None of them was returned during the wait", "Return connections sooner, raise max-connections");
    }

    [Fact]
    public async Task A_timeout_with_many_returns_meanwhile_names_a_pool_that_is_too_small()
    {
        var pool = await StartAsync(0, 1, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(2) });
        var first = await pool.GetConnAsync(Patient);
        var earlier = pool.GetConnAsync(Patient).AsTask();
        var waiting = pool.GetConnAsync().AsTask();
        await first.DisposeAsync();
        await using var second = await earlier;

        Expect(await TimedOutAsync(waiting), "went to earlier requests", "too small for the load", "raise max-connections");
    }

    [Fact]
    public async Task A_timeout_of_a_nested_borrow_of_an_actor_names_the_actors_own_lease()
    {
        var pool = await StartAsync(0, 1, settings => settings with { AcquireTimeout = Short });
        var owner = Sys.ActorOf(Props.Empty);
        await using var first = await pool.Manager.Ask<PooledConnection>(Patient with { Owner = owner });

        var error = await TimedOutAsync(pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner }));

        Expect(error, "holds 1 of them itself, which is a nested borrow", "Return the first connection before you borrow a second");
    }

    [Fact]
    public async Task A_timeout_beside_nested_borrows_counts_the_actors_that_wait()
    {
        var pool = await StartAsync(0, 2);
        var owners = new[] { Sys.ActorOf(Props.Empty), Sys.ActorOf(Props.Empty) };
        var held = await Task.WhenAll(owners.Select(owner => pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner })));
        var nested = owners.Select(owner => pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner })).ToArray();
        await EventuallyAsync(() => pool.Statistics.Waiting == 2, "both wait");

        var error = await TimedOutAsync(pool.Manager.Ask<PooledConnection>(new GetConn { Timeout = Short }));

        Expect(error, "within its Timeout (0.2 s)", "2 of the 2 lent connections are held by actors that wait for another one", "nested borrows");
        Assert.All(held, lease => Assert.Equal(System.Data.ConnectionState.Open, lease.State));
        foreach (var lease in held)
            await lease.DisposeAsync();
        foreach (var lease in await Task.WhenAll(nested))
            await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_timeout_of_a_nested_borrow_in_code_names_the_nested_borrow()
    {
        var pool = await StartAsync(0, 1, settings => settings with { AcquireTimeout = Short });
        await (await pool.GetConnAsync(Patient)).DisposeAsync();

        Expect(await TimedOutAsync(NestedAsync(2)), "holds connections as well", "a nested borrow", "use one connection for both");

        async Task<PooledConnection> NestedAsync(int depth)
        {
            await using var connection = await pool.GetConnAsync();
            return depth > 0 ? await NestedAsync(depth - 1) : connection;
        }
    }

    [Fact]
    public async Task A_timeout_for_a_key_in_use_names_its_borrower_and_no_larger_pool()
    {
        var pool = await StartAsync(0, 4, settings => settings with { AcquireTimeout = Short, KeySharing = KeySharing.Exclusive });
        await using var held = await pool.GetConnAsync(Patient with { Key = "tenant" });

        var error = await TimedOutAsync(pool.GetConnAsync("tenant").AsTask());

        Expect(error, "the key of the request is in use", "It is held by ", "TimeoutCauseTests.cs:", "a higher max-connections does not help");
    }

    [Fact]
    public async Task A_timeout_behind_an_exclusive_request_says_why_the_key_is_not_shared()
    {
        var pool = await StartAsync(0, 4);
        var owner = Sys.ActorOf(Props.Empty, "reports");
        await using var held = await pool.GetConnAsync(Patient with { Key = "tenant", Owner = owner });
        var exclusive = pool.GetConnAsync(Patient with { Key = "tenant", Exclusive = true }).AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the exclusive request waits");

        var error = await TimedOutAsync(pool.GetConnAsync(new GetConn("tenant") { Owner = owner, Timeout = Short }).AsTask());

        Expect(error, "the key of the request is in use", "It is held by ", "akka://test/user/reports", "holds 1 of them itself, which is a nested borrow", "unless one of them is exclusive");
        await held.DisposeAsync();
        await (await exclusive).DisposeAsync();
    }

    [Fact]
    public async Task A_timeout_of_a_paused_pool_names_the_pause_and_its_time()
    {
        var pool = await StartAsync(1, 4, settings => settings with { AcquireTimeout = Short });
        await pool.PauseAsync();

        Expect(await TimedOutAsync(pool.GetConnAsync().AsTask()), "the pool has been paused for ", "Resume the pool (ResumeAsync");
    }

    [Fact]
    public async Task A_paused_pool_answers_at_once_a_request_that_does_not_wait()
    {
        var pool = await StartAsync(1, 4, settings => settings with { AcquireTimeout = TimeSpan.Zero });
        await pool.PauseAsync();
        var clock = Stopwatch.StartNew();

        var error = await TimedOutAsync(pool.GetConnAsync().AsTask());

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Expect(error, "acquire-timeout (0 s) does not let the request wait", "has been paused", "Resume the pool");
    }

    [Fact]
    public async Task A_timeout_behind_a_reset_that_does_not_end_names_the_reset()
    {
        var gate = new TaskCompletionSource();
        var pool = await StartAsync(0, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(400), OnReturn = (_, _) => gate.Task });
        await (await pool.GetConnAsync(Patient)).DisposeAsync();

        var error = await TimedOutAsync(pool.GetConnAsync().AsTask());
        gate.SetResult();

        Expect(error, "reset (1), and there has been no answer for ", "resetting 1", "Check the server and the network");
    }

    [Fact]
    public async Task A_timeout_behind_slow_opens_names_them_and_their_time()
    {
        var gate = new TaskCompletionSource();
        var pool = await StartAsync(0, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(400), Configure = (_, _) => gate.Task });

        var error = await TimedOutAsync(pool.GetConnAsync().AsTask());
        gate.SetResult();

        Expect(error, "connections are being opened (1), the first for ", "how long the server takes to accept a connection");
    }

    [Fact]
    public async Task A_timeout_behind_too_few_opens_at_once_names_the_setting()
    {
        var gate = new TaskCompletionSource();
        // After a quarter of a second the opens would be slow, which is another cause.
        var pool = await StartAsync(0, 20, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(1), Configure = (_, _) => gate.Task });

        var errors = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TimedOutAsync(pool.GetConnAsync().AsTask())));
        gate.SetResult();

        Assert.All(errors, error => Expect(error, "no more than max-concurrent-opens (2) at once", "Raise max-concurrent-opens"));
    }

    [Fact]
    public async Task A_request_over_max_waiting_learns_the_cause_of_the_other_waits()
    {
        var pool = await StartAsync(0, 1, settings => settings with { MaxWaiting = 1 });
        await using var held = await pool.GetConnAsync();
        using var over = new CancellationTokenSource();
        var waiting = pool.GetConnAsync(cancellationToken: over.Token).AsTask();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(PoolErrorKind.TooManyWaiting, error.Kind);
        Expect(error, "max-waiting (1)", "because all of max-connections (1) are lent", "TimeoutCauseTests.cs:", "raise max-waiting");
    }

    [Fact]
    public async Task The_pool_without_actors_names_the_holder_and_does_not_advise_to_wait()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 0, 1));
        await using var held = await pool.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask());

        Assert.Equal(PoolErrorKind.Exhausted, error.Kind);
        Expect(error, "connection pool exhausted, all of max-connections (1) are lent", "TimeoutCauseTests.cs:", "a SimpleConnectionPool does not wait");
        Assert.DoesNotContain("acquire-timeout", error.Message, StringComparison.Ordinal);
    }

    private static void Expect(PoolException error, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));

    private static async Task<PoolException> TimedOutAsync(Task<PooledConnection> request)
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => request);
        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.True(error.IsTransient);
        return error;
    }
}
