using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Statements;

/// <summary>The three outcomes of a statement: done, not done, unknown.</summary>
public sealed class OutcomeTests : PoolTest
{
    private ConnectionPool _pool = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _pool = await StartAsync(1, 2, settings => settings with { Pipeline = new() { Connections = 1 } });
        await _pool.ExecuteAsync($"CREATE TABLE item (id int PRIMARY KEY)");
        await _pool.ExecuteAsync($"INSERT INTO item VALUES ({0})");
    }

    [Fact]
    public async Task A_statement_that_runs_when_its_backend_is_terminated_was_not_carried_out()
    {
        // The server says so: FATAL 57P01 is the answer to this statement.
        var running = _pool.ExecuteAsync($"INSERT INTO item SELECT 1 FROM pg_sleep(30)").AsTask();
        var behind = await BehindAsync(running);
        await TerminateSleepersAsync();

        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        Assert.Equal(PostgresErrorCodes.AdminShutdown, error.SqlState);
        Assert.True(error.IsTransient);
        Assert.All(await Task.WhenAll(behind), rows => Assert.Equal(1, rows));
        Assert.Equal([0, 100, 101, 102], await IdsAsync());
    }

    [Fact]
    public async Task A_cancelled_statement_that_was_not_sent_is_certainly_not_run()
    {
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(0.5)").AsTask();
        await RunsAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = _pool.ExecuteAsync($"INSERT INTO item VALUES ({1})", cancellationToken: cancel.Token).AsTask();
        await EventuallyAsync(() => _pool.Statistics.StatementsWaiting == 1, "the statement to wait");

        await cancel.CancelAsync();

        Assert.Contains("before it was sent", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting)).Message, StringComparison.Ordinal);
        await running;
        Assert.Equal([0], await IdsAsync());
    }

    [Fact]
    public async Task A_cancelled_statement_that_runs_is_answered_at_once_and_cancelled_at_the_server()
    {
        using var cancel = new CancellationTokenSource();
        var running = _pool.ExecuteAsync($"INSERT INTO item SELECT 1 FROM pg_sleep(60)", cancellationToken: cancel.Token).AsTask();
        await RunsAsync();

        await cancel.CancelAsync();

        Assert.Contains("may have been carried out", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running)).Message, StringComparison.Ordinal);
        await EventuallyAsync(() => _pool.Statistics is { StatementsRunning: 0 }, "the server to end it");
        Assert.Equal([0], await IdsAsync());
        Assert.Equal(0, _pool.Statistics.Lost);
    }

    [Fact]
    public async Task A_statement_behind_a_cancelled_one_is_untouched()
    {
        using var cancel = new CancellationTokenSource();
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(60)", cancellationToken: cancel.Token).AsTask();
        var behind = await BehindAsync(running);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.All(await Task.WhenAll(behind), rows => Assert.Equal(1, rows));
        Assert.Equal([0, 100, 101, 102], await IdsAsync());
    }

    [Fact]
    public async Task The_time_out_of_a_statement_that_runs_leaves_its_outcome_unknown()
    {
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(60)", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(200) }).AsTask();

        var error = await Assert.ThrowsAsync<PoolException>(() => running);

        Assert.Equal(PoolErrorKind.OutcomeUnknown, error.Kind);
        Assert.False(error.IsTransient);
        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.Equal(1, await _pool.ScalarAsync<int>($"SELECT 1"));
    }

    [Fact]
    public async Task The_time_out_of_a_statement_that_waits_says_that_it_was_not_sent()
    {
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(1)").AsTask();
        await RunsAsync();
        var waiting = _pool.ExecuteAsync($"INSERT INTO item VALUES ({1})", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(50) }).AsTask();

        var error = await Assert.ThrowsAsync<PoolException>(() => waiting);

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.True(error.IsTransient);
        Assert.Contains("The statement was not sent.", error.Message, StringComparison.Ordinal);
        await running;
        Assert.Equal([0], await IdsAsync());
    }

    [Fact]
    public async Task A_pool_that_closes_leaves_the_outcome_of_what_was_sent_unknown_and_refuses_the_rest()
    {
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(60)").AsTask();
        await RunsAsync();
        var waiting = _pool.ExecuteAsync($"INSERT INTO item VALUES ({1})").AsTask();
        await EventuallyAsync(() => _pool.Statistics.StatementsWaiting == 1, "the statement to wait");

        await _pool.CloseAllAsync();

        // The forced end cancels what runs: either the server says so, or the socket ends without a word.
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        Assert.True(error is PoolException { Kind: PoolErrorKind.OutcomeUnknown } || error.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.AdminShutdown, error.ToString());
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(() => waiting)).Kind);
    }

    [Fact]
    public async Task A_manager_that_is_stopped_leaves_no_caller_without_an_answer()
    {
        var running = _pool.ExecuteAsync($"SELECT pg_sleep(60)", new StatementOptions { Repeatable = true }).AsTask();
        await RunsAsync();

        Sys.Stop(_pool.Manager);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => running.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_graceful_stop_waits_for_the_statements_that_run()
    {
        var running = _pool.ScalarAsync<int>($"SELECT 7 FROM pg_sleep(1.5)").AsTask();
        await RunsAsync();

        await _pool.DisposeAsync();

        Assert.Equal(7, await running);
    }

    /// <summary>Statements that are told while another one runs on the only connection for statements.</summary>
    private async Task<Task<int>[]> BehindAsync(Task running)
    {
        await RunsAsync();
        Assert.False(running.IsCompleted);
        return [.. Enumerable.Range(100, 3).Select(id => _pool.ExecuteAsync($"INSERT INTO item VALUES ({id})").AsTask())];
    }

    private async Task RunsAsync()
    {
        await using var lease = await _pool.GetConnAsync();
        for (var tries = 0; tries < 2000; tries++)
        {
            if (await ScalarAsync(lease, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%' AND datname = current_database() AND pid <> pg_backend_pid()") is 1L)
                return;
        }

        Assert.Fail("The statement does not run.");
    }

    private async Task TerminateSleepersAsync()
    {
        await using var lease = await _pool.GetConnAsync();
        await ExecuteAsync(lease, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname = current_database() AND pid <> pg_backend_pid()");
    }

    private async Task<List<int>> IdsAsync() => await _pool.QueryAsync($"SELECT id FROM item ORDER BY id", row => row.GetInt32(0));
}
