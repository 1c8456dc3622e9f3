using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Statements;

/// <summary>Statements told to the pool manager by messages.</summary>
public sealed class StatementMessageTests : PoolTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private IActorRef _manager = null!;
    private ConnectionPool _pool = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _pool = await StartAsync(1, 4);
        _manager = _pool.Manager;
        await _pool.ExecuteAsync($"CREATE TABLE item (id int PRIMARY KEY, name text)");
    }

    [Fact]
    public async Task An_Execute_is_answered_with_the_number_of_rows()
    {
        var answer = await _manager.Ask<Executed>(new Execute(Statement.Of($"INSERT INTO item VALUES ({1}, {"a"}), ({2}, {"b"})")), Patience);

        Assert.Equal(new Executed(2, null), answer);
    }

    [Fact]
    public async Task An_actor_that_tells_many_knows_each_answer_by_its_tag()
    {
        for (var n = 0; n < 200; n++)
            _manager.Tell(new Query(Statement.Of($"SELECT {n}::int AS n, {$"x{n}"} AS x, NULL AS nothing")) { Tag = n }, TestActor);

        var answers = ReceiveN(200, Patience).Cast<Rows>().OrderBy(rows => rows.Tag).ToArray();

        Assert.Equal(Enumerable.Range(0, 200).Cast<object>(), answers.Select(rows => rows.Tag));
        Assert.All(answers, rows => Assert.Equal([rows.Tag, $"x{rows.Tag}", null], Assert.Single(rows.Values)));
        Assert.Equal(["n", "x", "nothing"], answers[0].Columns);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_group_is_answered_as_a_whole()
    {
        var answer = await _manager.Ask<AllExecuted>(new ExecuteAll([Statement.Of($"INSERT INTO item VALUES ({1}, 'a')"), Statement.Of("UPDATE item SET name = 'b'")]) { Tag = "t" }, Patience);

        Assert.Equal([1, 1], answer.Rows);
        Assert.Equal("t", answer.Tag);
    }

    [Fact]
    public async Task A_query_of_a_local_actor_makes_objects_of_the_rows()
    {
        var answer = await _manager.Ask<QueryResult<int>>(new Query<int>(Statement.Of("SELECT generate_series(1, 3)"), row => row.GetInt32(0)), Patience);

        Assert.Equal([1, 2, 3], answer.Values);
    }

    [Fact]
    public async Task A_transaction_is_committed_when_its_code_returns()
    {
        var answer = await _manager.Ask<Transacted<int>>(
            new Transact<int>(async (connection, token) =>
            {
                await ExecuteAsync(connection, "INSERT INTO item VALUES (1, 'a')");
                return 7;
            })
            { Tag = 3 },
            Patience);

        Assert.Equal(new Transacted<int>(7, 3), answer);
        Assert.Equal(1, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_transaction_is_rolled_back_when_its_code_throws()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _manager.Ask<Transacted<int>>(
            new Transact<int>(async (connection, token) =>
            {
                await ExecuteAsync(connection, "INSERT INTO item VALUES (1, 'a')");
                throw new InvalidOperationException("no");
            }),
            Patience));

        Assert.Equal("no", error.Message);
        Assert.Equal(0, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_failure_is_the_error_of_the_server()
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => _manager.Ask<Executed>(new Execute(Statement.Of("SELECT 1 / 0")), Patience));

        Assert.Equal(PostgresErrorCodes.DivisionByZero, error.SqlState);
    }

    [Fact]
    public async Task A_failure_brings_the_tag_back_as_its_state()
    {
        _manager.Tell(new Execute(Statement.Of("SELECT 1 / 0")) { Tag = "by the server" }, TestActor);
        _manager.Tell(new Execute(Statement.Of("BEGIN")) { Tag = "by the pool" }, TestActor);
        _manager.Tell(new Transact<int>((_, _) => throw new InvalidOperationException()) { Tag = "by the code" }, TestActor);

        var failures = ReceiveN(3, Patience).Cast<Status.Failure>().ToArray();

        Assert.Equal(["by the code", "by the pool", "by the server"], failures.Select(failure => (string)failure.State!).Order());
        await _pool.CloseAllAsync();
        _manager.Tell(new Execute(Statement.Of("SELECT 1")) { Tag = "by the closed pool" }, TestActor);
        Assert.Equal("by the closed pool", ExpectMsg<Status.Failure>(Patience).State);
    }

    [Fact]
    public async Task A_message_with_a_key_of_the_users_own_type_runs_on_its_session()
    {
        var key = new Tenant("a");
        await _manager.Ask<Executed>(new Execute(Statement.Of("SELECT set_config('my.key', 'a', false)")) { Key = key }, Patience);

        var rows = await _manager.Ask<Rows>(new Query(Statement.Of("SELECT current_setting('my.key', true)")) { Key = new Tenant("a") }, Patience);

        Assert.Equal(["a"], Assert.Single(rows.Values));
    }

    [Fact]
    public async Task A_statement_told_without_a_sender_is_carried_out()
    {
        _manager.Tell(new Execute(Statement.Of($"INSERT INTO item VALUES ({1}, 'a')")), ActorRefs.NoSender);

        await EventuallyAsync(() => _pool.Statistics.StatementsRun >= 2, "the statement to be run");
        Assert.Equal(1, await _pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_statement_of_a_sender_that_has_ended_is_not_sent()
    {
        await using var only = await StartAsync(1, 1);
        var sender = Sys.ActorOf(Props.Empty);
        Watch(sender);
        await using (await only.GetConnAsync())
        {
            only.Manager.Tell(new Execute(Statement.Of($"INSERT INTO item VALUES ({1}, 'a')")), sender);
            await EventuallyAsync(() => only.Statistics.StatementsWaiting == 1, "the statement to wait");
            Sys.Stop(sender);
            ExpectTerminated(sender);
        }

        Assert.Equal(0, await only.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    private sealed record Tenant(string Name);
}
