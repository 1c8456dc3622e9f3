using System.Transactions;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.LeasedWork;

/// <summary>Code in a transaction on a lease of its own: committed, or as if it had not run, or unknown.</summary>
public sealed class TransactionRunTests : PoolTest
{
    private static readonly StatementOptions Soon = new() { Timeout = TimeSpan.FromSeconds(1) };

    private ConnectionPool _pool = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _pool = await StartAsync(0, 4);
        await _pool.ExecuteAsync($"CREATE TABLE item (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)");
    }

    [Fact]
    public async Task It_is_committed_when_the_code_returns_and_the_value_comes_back()
    {
        var value = await _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            Assert.Equal([], await IdsAsync());
            return "done";
        });

        Assert.Equal("done", value);
        Assert.Equal([1], await IdsAsync());
        Assert.Equal(0, _pool.Statistics.InUse);
    }

    [Fact]
    public async Task It_is_rolled_back_before_its_exception_comes()
    {
        var thrown = new InvalidOperationException("no");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            throw thrown;
        }));

        Assert.Same(thrown, error);
        // Would wait for the lock of the row otherwise.
        Assert.Equal(1, await _pool.ExecuteAsync($"INSERT INTO item VALUES (1)"));
    }

    [Fact]
    public async Task An_error_at_the_COMMIT_means_that_nothing_stays()
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => _pool.TransactAsync((connection, token) => ExecuteAsync(connection, "INSERT INTO item VALUES (1), (1)")));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, error.SqlState);
        Assert.Equal([], await IdsAsync());
        Assert.Equal(0, _pool.Statistics.Lost);
    }

    [Fact]
    public async Task An_error_that_the_code_swallows_is_not_taken_for_a_commit()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "SELECT 1 / 0"));
        }));

        Assert.Contains("rolled back", error.Message, StringComparison.Ordinal);
        Assert.Equal([], await IdsAsync());
    }

    [Fact]
    public async Task A_savepoint_takes_an_error_back()
    {
        await _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            await ExecuteAsync(connection, "SAVEPOINT s");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "SELECT 1 / 0"));
            await ExecuteAsync(connection, "ROLLBACK TO s");
        });

        Assert.Equal([1], await IdsAsync());
    }

    [Theory]
    [InlineData("COMMIT", 1)]
    [InlineData("ROLLBACK", 0)]
    public async Task Code_that_ends_the_transaction_itself_is_told_so(string end, int rows)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            await ExecuteAsync(connection, end);
        }));

        Assert.Contains("ended its transaction itself", error.Message, StringComparison.Ordinal);
        Assert.Equal(rows, (await IdsAsync()).Count);
    }

    [Fact]
    public async Task The_lease_ends_with_the_code()
    {
        PooledConnection? kept = null;
        await _pool.TransactAsync((connection, token) =>
        {
            kept = connection;
            return Task.CompletedTask;
        });

        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => kept!.CreateCommand()).Kind);
    }

    [Fact]
    public async Task Code_that_returns_the_lease_commits_nothing()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            await connection.DisposeAsync();
        }));

        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        Assert.Equal([], await IdsAsync());
    }

    [Fact]
    public async Task Code_that_returns_before_its_command_has_ended_commits_nothing()
    {
        Task? running = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            running = ExecuteAsync(connection, "SELECT pg_sleep(60)");
        }));

        await Assert.ThrowsAnyAsync<Exception>(() => running!);
        Assert.Equal([], await IdsAsync());
    }

    [Fact]
    public async Task At_the_time_out_the_token_is_cancelled_and_nothing_stays()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync(
            async (connection, token) =>
            {
                await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
                await Task.Delay(Timeout.Infinite, token);
            },
            Soon));

        Assert.Equal((PoolErrorKind.Timeout, true), (error.Kind, error.IsTransient));
        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.Contains("rolled back", error.Message, StringComparison.Ordinal);
        Assert.Equal([], await IdsAsync());
    }

    [Fact]
    public async Task Code_that_does_not_heed_its_token_is_left_behind_with_an_ended_lease()
    {
        var released = new TaskCompletionSource();
        Task? code = null;

        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync((connection, token) => code = RunAsync(connection), Soon));
        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Equal([], await IdsAsync());
        released.SetResult();

        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => code!)).Kind);
        Assert.Equal([], await IdsAsync());

        async Task RunAsync(PooledConnection connection)
        {
            await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
            await released.Task;
            await ExecuteAsync(connection, "INSERT INTO item VALUES (2)");
        }
    }

    [Fact]
    public async Task The_wait_for_the_connection_counts()
    {
        await using var lease = await _pool.GetConnAsync("k");

        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync((_, _) => Task.CompletedTask, Soon with { Key = "k" }));

        Assert.Equal((PoolErrorKind.Timeout, true), (error.Kind, error.IsTransient));
    }

    [Fact]
    public async Task A_cancelled_transaction_is_rolled_back()
    {
        using var cancel = new CancellationTokenSource();
        var inside = new TaskCompletionSource();
        var running = _pool.TransactAsync(
            async (connection, token) =>
            {
                await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
                inside.SetResult();
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT pg_sleep(60)";
                await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken: cancel.Token);
        await inside.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([], await IdsAsync());
    }

    [Fact]
    public async Task A_connection_that_is_lost_at_the_COMMIT_leaves_the_outcome_unknown()
    {
        await LoseOneCommitAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync((connection, token) => ExecuteAsync(connection, "INSERT INTO item VALUES (1)")));

        Assert.Equal((PoolErrorKind.OutcomeUnknown, false), (error.Kind, error.IsTransient));
        Assert.Contains("may have been committed", error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<NpgsqlException>(error.InnerException);
    }

    [Fact]
    public async Task A_repeatable_transaction_runs_again_when_its_COMMIT_was_lost()
    {
        await LoseOneCommitAsync();
        var runs = 0;

        var value = await _pool.TransactAsync(
            async (connection, token) =>
            {
                await ExecuteAsync(connection, "INSERT INTO item VALUES (1)");
                return ++runs;
            },
            new StatementOptions { Repeatable = true });

        Assert.Equal(2, value);
        Assert.Equal([1], await IdsAsync());
    }

    [Fact]
    public async Task A_transaction_with_a_key_runs_in_the_keys_session_alone()
    {
        await _pool.ExecuteAsync($"CREATE TEMP TABLE mine (id int)", new StatementOptions { Key = "k" });

        var counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => _pool.TransactAsync(
            async (connection, token) =>
            {
                var count = (long)(await ScalarAsync(connection, "SELECT count(*) FROM mine"))!;
                await Task.Yield();
                await ExecuteAsync(connection, $"INSERT INTO mine VALUES ({n})");
                return count;
            },
            new StatementOptions { Key = "k" })));

        Assert.Equal(Enumerable.Range(0, 8).Select(n => (long)n), counts.Order());
    }

    [Fact]
    public async Task Without_a_task_there_is_nothing_to_commit()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync<int>((_, _) => null!));
        Assert.Equal(0, _pool.Statistics.InUse);
    }

    [Fact]
    public async Task Inside_a_scope_it_is_refused()
    {
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync((_, _) => Task.CompletedTask));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.ExecuteAsync($"SELECT 1").AsTask());
    }

    /// <summary>The backend of the first transaction that commits a row of the table is terminated at its COMMIT.</summary>
    private async Task LoseOneCommitAsync()
    {
        await _pool.ExecuteAllAsync(
        [
            Statement.Of("CREATE SEQUENCE commits"),
            Statement.Of("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('commits') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$"),
            Statement.Of("CREATE CONSTRAINT TRIGGER losing AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()"),
        ]);
    }

    private async Task<List<int>> IdsAsync() => await _pool.QueryAsync($"SELECT id FROM item ORDER BY id", row => row.GetInt32(0));
}
