using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;
using Akka.TestKit.Xunit2;
using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing;

/// <summary>Statements told to the pool of a test: they run on the connections that the test makes, with the outcomes of the real pool.</summary>
public sealed class StatementTests : TestKit
{
    private static readonly StatementOptions Repeatable = new() { Repeatable = true };

    private readonly SqliteConnection _database = Sqlite.Open();
    private readonly TestConnectionPool _pool;

    public StatementTests() : base("akka.loglevel = WARNING, akka.stdout-loglevel = OFF") => _pool = new TestConnectionPool(() => _database);

    [Fact]
    public async Task Statements_run_with_the_parameters_of_the_tests_driver()
    {
        var (id, added) = (1, 5m);

        Assert.Equal(1, await _pool.ExecuteAsync($"UPDATE accounts SET balance = balance + {added} WHERE id = {id}"));
        Assert.Equal(105, await _pool.ScalarAsync<long>($"SELECT balance FROM accounts WHERE id = {id}"));
        Assert.Equal(2, await _pool.ExecuteAsync(Statement.Of("UPDATE accounts SET balance = $2 WHERE id > $1", 0, 7)));
        Assert.Null(await _pool.ScalarAsync<string>($"SELECT {(string?)null}"));
        Assert.Null(await _pool.ScalarAsync<long?>($"SELECT balance FROM accounts WHERE id = {99}"));
        Assert.Equal((5, 0), (_pool.Granted, _pool.Lent.Count));
    }

    [Fact]
    public async Task A_group_is_carried_out_as_a_whole_or_not_at_all()
    {
        var moved = 10;

        Assert.Equal((int[])[1, 1], await _pool.ExecuteAllAsync(
            [Statement.Of($"UPDATE accounts SET balance = balance - {moved} WHERE id = 1"), Statement.Of($"UPDATE accounts SET balance = balance + {moved} WHERE id = 2")]));
        await Assert.ThrowsAsync<SqliteException>(() => _pool.ExecuteAllAsync([Statement.Of("DELETE FROM accounts"), Statement.Of("DELETE FROM nothing")]).AsTask());

        Assert.Equal((90, 110), (_database.Balance(1), _database.Balance(2)));
    }

    [Fact]
    public async Task A_transaction_is_committed_or_rolled_back()
    {
        Assert.Equal(7, await _pool.TransactAsync(async (connection, token) =>
        {
            await RunAsync(connection, "UPDATE accounts SET balance = 1 WHERE id = 1");
            return 7;
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.TransactAsync(async (connection, token) =>
        {
            await RunAsync(connection, "UPDATE accounts SET balance = 2 WHERE id = 2");
            throw new InvalidOperationException();
        }));

        Assert.Equal((1, 100), (_database.Balance(1), _database.Balance(2)));
        Assert.Empty(_pool.Lent);
    }

    [Fact]
    public async Task Rows_need_a_connection_of_Npgsql()
    {
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => _pool.QueryAsync($"SELECT balance FROM accounts", row => row.GetInt64(0)).AsTask());

        Assert.Contains("real server", error.Message, StringComparison.Ordinal);
        Assert.Equal(100, await _pool.ScalarAsync<long>($"SELECT balance FROM accounts WHERE id = 1"));
    }

    [Fact]
    public async Task What_cannot_be_told_is_refused_as_by_the_real_pool()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => _pool.ExecuteAsync($"BEGIN").AsTask());

        Assert.Equal(PoolErrorKind.NotAsStatement, error.Kind);
        Assert.Equal(0, _pool.Granted);
    }

    [Fact]
    public async Task While_Refuse_is_set_statements_are_refused_too()
    {
        _pool.Refuse = new PoolException(PoolErrorKind.Timeout, "no connection");

        Assert.Same(_pool.Refuse, await Assert.ThrowsAsync<PoolException>(() => _pool.ExecuteAsync($"SELECT 1").AsTask()));
        Assert.Same(_pool.Refuse, await Assert.ThrowsAsync<PoolException>(() => _pool.TransactAsync((_, _) => Task.CompletedTask)));
    }

    [Fact]
    public async Task A_lost_connection_leaves_the_outcome_unknown()
    {
        var runs = 0;
        var pool = new TestConnectionPool(() => Losing(() => ++runs));

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.ExecuteAsync($"DELETE FROM t").AsTask());

        Assert.Equal((PoolErrorKind.OutcomeUnknown, false, 1), (error.Kind, error.IsTransient, runs));
        Assert.IsType<IOException>(error.InnerException);
        Assert.Contains("may have been carried out", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeatable_statement_runs_again_once_when_its_connection_was_lost()
    {
        var runs = 0;
        var opened = 0;
        var pool = new TestConnectionPool(() => ++opened == 1 ? Losing(() => ++runs) : new FakeConnection { Running = _ => 40 + ++runs });

        Assert.Equal(42, await pool.ExecuteAsync($"DELETE FROM t", Repeatable));

        var lost = new TestConnectionPool(() => Losing(() => ++runs));
        Assert.Equal(PoolErrorKind.OutcomeUnknown, (await Assert.ThrowsAsync<PoolException>(() => lost.ExecuteAsync($"DELETE FROM t", Repeatable).AsTask())).Kind);
        Assert.Equal(4, runs);
    }

    [Fact]
    public async Task An_error_of_the_server_is_not_repeated()
    {
        var runs = 0;
        var pool = new TestConnectionPool(() => new FakeConnection { Running = _ => throw new InvalidOperationException($"{++runs}") });

        await Assert.ThrowsAsync<InvalidOperationException>(() => pool.ExecuteAsync($"DELETE FROM t", Repeatable).AsTask());

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_repeatable_transaction_runs_again_when_its_connection_was_lost()
    {
        var runs = 0;
        FakeConnection? used = null;
        var pool = new TestConnectionPool(() => used = new FakeConnection());

        var value = await pool.TransactAsync(
            (connection, token) =>
            {
                if (++runs == 1)
                    throw Lost(used!);
                return Task.FromResult(runs);
            },
            Repeatable);

        Assert.Equal(2, value);
        await Assert.ThrowsAsync<IOException>(() => pool.TransactAsync<int>((connection, token) => throw Lost(used!)));
    }

    [Fact]
    public async Task A_statement_that_waits_for_its_key_times_out_and_is_not_run()
    {
        var runs = 0;
        var pool = new TestConnectionPool(() => new FakeConnection { Running = _ => ++runs });
        await using var lease = await pool.GetConnAsync("k");

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.ExecuteAsync($"DELETE FROM t", new StatementOptions { Key = "k", Timeout = TimeSpan.FromMilliseconds(50) }).AsTask());

        Assert.Equal((PoolErrorKind.Timeout, true, 0), (error.Kind, error.IsTransient, runs));
    }

    [Fact]
    public async Task A_cancelled_statement_that_waits_for_its_key_is_not_run()
    {
        var runs = 0;
        var pool = new TestConnectionPool(() => new FakeConnection { Running = _ => ++runs });
        await using var lease = await pool.GetConnAsync("k");
        using var cancel = new CancellationTokenSource();
        var waiting = pool.ExecuteAsync($"DELETE FROM t", new StatementOptions { Key = "k" }, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, runs);
    }

    [Fact]
    public void The_manager_answers_statements_at_once()
    {
        var manager = _pool.ManagerIn(Sys);

        manager.Tell(new Execute(Statement.Of($"UPDATE accounts SET balance = {5}")) { Tag = "a" });
        Assert.Equal(new Executed(2, "a"), ExpectMsg<Executed>(TimeSpan.Zero));
        manager.Tell(new ExecuteAll([Statement.Of($"DELETE FROM accounts WHERE id = {1}")]) { Tag = 7 });
        var all = ExpectMsg<AllExecuted>(TimeSpan.Zero);
        Assert.Equal((1, 7, manager), (Assert.Single(all.Rows), all.Tag, LastSender));
        manager.Tell(new Query(Statement.Of("SELECT id, balance, NULL AS none FROM accounts")));
        var rows = ExpectMsg<Rows>(TimeSpan.Zero);
        Assert.Equal(["id", "balance", "none"], rows.Columns);
        Assert.Equal([2L, 5L, null], Assert.Single(rows.Values));
        manager.Tell(new Transact<int>((connection, token) => Task.FromResult(3)));
        Assert.Equal(new Transacted<int>(3, null), ExpectMsg<Transacted<int>>(TimeSpan.Zero));

        manager.Tell(new Execute(Statement.Of("DELETE FROM nothing")));
        Assert.IsType<SqliteException>(ExpectMsg<Status.Failure>(TimeSpan.Zero).Cause);
        manager.Tell(new Query(Statement.Of("COMMIT")));
        Assert.Equal(PoolErrorKind.NotAsStatement, ((PoolException)ExpectMsg<Status.Failure>(TimeSpan.Zero).Cause).Kind);
        manager.Tell(new Query<long>(Statement.Of("SELECT 1"), row => row.GetInt64(0)));
        Assert.IsType<NotSupportedException>(ExpectMsg<Status.Failure>(TimeSpan.Zero).Cause);
        Assert.Empty(_pool.Lent);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _database.Dispose();
    }

    private static FakeConnection Losing(Action run)
    {
        var connection = new FakeConnection();
        connection.Running = _ =>
        {
            run();
            throw Lost(connection);
        };
        return connection;
    }

    private static IOException Lost(FakeConnection connection)
    {
        connection.Close();
        return new IOException("The network is gone.");
    }

    private static async Task RunAsync(PooledConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
