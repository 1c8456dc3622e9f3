using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Statements;

/// <summary>Statements told to an actor pool through the facade.</summary>
public sealed class StatementTests : PoolTest
{
    private ConnectionPool _pool = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _pool = await StartAsync(1, 4);
        await _pool.ExecuteAsync($"CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    [Fact]
    public async Task Each_of_many_callers_gets_its_own_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(n => _pool.ScalarAsync<int>($"SELECT {n}::int").AsTask()));

        Assert.Equal(Enumerable.Range(0, 2000), answers);
        Assert.InRange(await Backends.CountAsync(), 1, 4);
    }

    [Fact]
    public async Task An_error_is_the_answer_of_its_own_statement_alone()
    {
        var all = Enumerable.Range(0, 300).Select(n => (n, Answer: AnswerAsync(n))).ToArray();
        await Task.WhenAll(all.Select(each => each.Answer));

        foreach (var (n, answer) in all)
            Assert.Equal(n % 7 == 0 ? PostgresErrorCodes.DivisionByZero : $"{n}", await answer);
        Assert.Equal(300 - 43, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));

        async Task<string> AnswerAsync(int n)
        {
            try
            {
                return $"{await _pool.ScalarAsync<int>($"INSERT INTO item VALUES ({n}, (1 / ({n}::int % 7))::text) RETURNING id")}";
            }
            catch (PostgresException error)
            {
                return error.SqlState;
            }
        }
    }

    [Fact]
    public async Task A_group_is_carried_out_as_a_whole_or_not_at_all_and_its_neighbours_are_untouched()
    {
        var groups = Enumerable.Range(0, 60).Select(n => _pool.ExecuteAllAsync(
        [
            Statement.Of($"INSERT INTO item VALUES ({2 * n}, 'a')"),
            Statement.Of($"INSERT INTO item VALUES ({(2 * n) + 1}, (1 / ({n}::int % 5))::text)"),
        ]).AsTask()).ToArray();
        var singles = Enumerable.Range(1000, 60).Select(n => _pool.ExecuteAsync($"INSERT INTO item VALUES ({n}, 'b')").AsTask()).ToArray();

        Assert.All(await Task.WhenAll(singles), rows => Assert.Equal(1, rows));
        for (var n = 0; n < groups.Length; n++)
        {
            if (n % 5 == 0)
                Assert.Equal(PostgresErrorCodes.DivisionByZero, (await Assert.ThrowsAsync<PostgresException>(() => groups[n])).SqlState);
            else
                Assert.Equal((int[])[1, 1], await groups[n]);
        }

        Assert.Equal((48 * 2) + 60, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task Statements_of_many_callers_share_round_trips()
    {
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(n => _pool.ScalarAsync<int>($"SELECT {n}::int").AsTask()));

        var state = _pool.Statistics;
        Assert.Equal(1001, state.StatementsRun);
        Assert.InRange(state.Batches, 1, 700);
    }

    [Fact]
    public async Task With_a_batch_of_one_no_statement_shares_a_round_trip()
    {
        var pool = await StartAsync(1, 4, settings => settings with { Pipeline = new() { MaxBatch = 1 } });

        Assert.Equal(Enumerable.Range(0, 200), await Task.WhenAll(Enumerable.Range(0, 200).Select(n => pool.ScalarAsync<int>($"SELECT {n}::int").AsTask())));

        await EventuallyAsync(() => pool.Statistics.StatementsRun == 200, "all to be counted");
        Assert.Equal(200, pool.Statistics.Batches);
    }

    [Fact]
    public async Task At_most_pipeline_connections_run_statements_and_leases_get_the_others()
    {
        var pool = await StartAsync(4, 4, settings => settings with { Pipeline = new() { Connections = 2 } });
        var sleepers = Enumerable.Range(0, 8).Select(_ => pool.ExecuteAsync($"SELECT pg_sleep(0.3)").AsTask()).ToArray();

        await using (var first = await pool.GetConnAsync())
        await using (var second = await pool.GetConnAsync())
        {
            Assert.Equal(1, await ScalarAsync(first, "SELECT 1"));
            Assert.Equal(1, await ScalarAsync(second, "SELECT 1"));
        }

        await Task.WhenAll(sleepers);
        Assert.True(pool.Statistics.TimedOut == 0);
    }

    [Fact]
    public async Task More_statements_than_max_waiting_are_refused_and_none_is_lost()
    {
        var pool = await StartAsync(1, 2, settings => settings with { MaxWaiting = 100 });
        var calls = Enumerable.Range(0, 20_000).Select(n => pool.ScalarAsync<int>($"SELECT {n}::int").AsTask()).ToArray();
        await Task.WhenAll(calls.Select(call => ((Task)call).ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.All(calls.Where(call => call.IsFaulted), call => Assert.Equal(PoolErrorKind.TooManyWaiting, Assert.IsType<PoolException>(call.Exception!.InnerException).Kind));
        for (var n = 0; n < calls.Length; n++)
        {
            if (calls[n].IsCompletedSuccessfully)
                Assert.Equal(n, await calls[n]);
        }

        Assert.Contains(calls, call => call.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_function_for_a_row_that_throws_fails_its_own_statement()
    {
        var rows = Enumerable.Range(0, 50).Select(n => _pool.QueryAsync($"SELECT generate_series(1, 3) + {n}::int", row => n % 10 == 3 ? throw new InvalidOperationException($"row {n}") : row.GetInt32(0)).AsTask()).ToArray();

        for (var n = 0; n < rows.Length; n++)
        {
            if (n % 10 == 3)
                Assert.Equal($"row {n}", (await Assert.ThrowsAsync<InvalidOperationException>(() => rows[n])).Message);
            else
                Assert.Equal([n + 1, n + 2, n + 3], await rows[n]);
        }

        Assert.Equal(0, _pool.Statistics.Lost);
    }

    [Fact]
    public async Task A_continuation_that_blocks_does_not_stop_the_connection()
    {
        var pool = await StartAsync(1, 1);
        var blocked = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        var caller = BlockAsync();
        await blocked.Task;

        try
        {
            Assert.Equal(2, await pool.ScalarAsync<int>($"SELECT 2"));
        }
        finally
        {
            release.Set();
        }

        await caller;

        async Task BlockAsync()
        {
            await pool.ScalarAsync<int>($"SELECT 1").ConfigureAwait(false);
            blocked.SetResult();
            release.Wait();
        }
    }

    [Fact]
    public async Task A_slow_statement_does_not_hold_up_the_fast_ones_once_it_is_known()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _pool.ExecuteAsync($"SELECT 1").AsTask()));
        await _pool.ExecuteAsync($"SELECT pg_sleep(0.05)");
        using var enough = new CancellationTokenSource();
        var slow = Enumerable.Range(0, 400).Select(_ => _pool.ExecuteAsync($"SELECT pg_sleep(0.05)", cancellationToken: enough.Token).AsTask()).ToArray();

        for (var n = 0; n < 50; n++)
            await _pool.ExecuteAsync($"SELECT 1");

        // Those before the last fast one would have taken twenty seconds.
        Assert.Contains(slow, call => !call.IsCompleted);
        await enough.CancelAsync();
        await Task.WhenAll(slow.Select(call => ((Task)call).ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    [Fact]
    public async Task A_closed_pool_refuses_statements()
    {
        await _pool.CloseAllAsync();

        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(async () => await _pool.ExecuteAsync($"SELECT 1"))).Kind);
    }

    [Fact]
    public async Task A_lease_beside_statements_is_served_in_the_order_of_arrival()
    {
        var pool = await StartAsync(1, 1);
        await using (var first = await pool.GetConnAsync())
        {
            var statement = pool.ScalarAsync<DateTime>($"SELECT clock_timestamp()").AsTask();
            await EventuallyAsync(() => pool.Statistics.StatementsWaiting == 1, "the statement to wait");
            var lease = TimeOfLeaseAsync();
            await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request to wait");
            await first.DisposeAsync();

            Assert.True(await statement < await lease);

            async Task<DateTime> TimeOfLeaseAsync()
            {
                await using var next = await pool.GetConnAsync();
                return (DateTime)(await ScalarAsync(next, "SELECT clock_timestamp()"))!;
            }
        }
    }
}
