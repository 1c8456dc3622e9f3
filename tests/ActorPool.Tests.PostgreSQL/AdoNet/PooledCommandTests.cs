using System.Data.Common;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.AdoNet;

/// <summary>The commands and batches of a lease: they belong to it, and run in its session only.</summary>
public sealed class PooledCommandTests : PoolTest
{
    [Fact]
    public async Task A_command_belongs_to_the_lease_that_made_it()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await using var command = lease.CreateCommand();
        await using var batch = lease.CreateBatch();

        Assert.Same(lease, command.Connection);
        Assert.Same(lease, batch.Connection);
        Assert.Equal("NpgsqlConnection", command.Connection!.GetType().Name);
        Assert.IsType<NpgsqlParameter>(command.CreateParameter());
    }

    [Fact]
    public async Task A_command_can_be_given_another_lease()
    {
        var pool = await StartAsync(2, 2);
        await using var first = await pool.GetConnAsync();
        await using var second = await pool.GetConnAsync();
        await using var command = first.CreateCommand();
        command.CommandText = "SELECT pg_backend_pid()";
        Assert.Equal(await PidAsync(first), await command.ExecuteScalarAsync());

        command.Connection = second;

        Assert.Equal(await PidAsync(second), await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_kept_beyond_the_return_runs_in_the_next_borrowers_session(bool isSynchronous)
    {
        var pool = await StartAsync(1, 1);
        DbCommand command;
        DbBatch batch;
        await using (var lease = await pool.GetConnAsync())
        {
            command = lease.CreateCommand();
            command.CommandText = "CREATE TABLE trespass ()";
            batch = lease.CreateBatch();
            batch.BatchCommands.Add(batch.CreateBatchCommand());
            batch.BatchCommands[0].CommandText = "CREATE TABLE trespass ()";
        }

        await using var next = await pool.GetConnAsync();
        await using var transaction = await next.BeginTransactionAsync();
        Func<Task>[] runs = isSynchronous
            ? [
                () => Task.FromResult(command.ExecuteNonQuery()), () => Task.FromResult(command.ExecuteScalar()), () => Task.FromResult(command.ExecuteReader()), () => Does(command.Prepare),
                () => Task.FromResult(batch.ExecuteNonQuery()), () => Task.FromResult(batch.ExecuteScalar()), () => Task.FromResult(batch.ExecuteReader()), () => Does(batch.Prepare),
            ]
            : [
                () => command.ExecuteNonQueryAsync(), () => command.ExecuteScalarAsync(), () => command.ExecuteReaderAsync(), () => command.PrepareAsync(),
                () => batch.ExecuteNonQueryAsync(), () => batch.ExecuteScalarAsync(), () => batch.ExecuteReaderAsync(), () => batch.PrepareAsync(),
            ];

        foreach (var run in runs)
        {
            var error = await Assert.ThrowsAsync<PoolException>(run);
            Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        }

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_class WHERE relname = 'trespass'"));
        await command.DisposeAsync();
        await batch.DisposeAsync();
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task A_late_cancel_does_not_reach_the_next_borrower()
    {
        var pool = await StartAsync(1, 1);
        DbCommand command;
        await using (var lease = await pool.GetConnAsync())
        {
            command = lease.CreateCommand();
            command.CommandText = "SELECT generate_series(1, 100000)";
            await using var reader = await command.ExecuteReaderAsync();
        }

        await using var next = await pool.GetConnAsync();
        var query = ScalarAsync(next, "SELECT 1 FROM pg_sleep(0.5)");
        command.Cancel();

        Assert.Equal(1, await query);
    }

    [Fact]
    public async Task Cancel_ends_the_command_that_runs()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await using var command = lease.CreateCommand();
        command.CommandText = "SELECT pg_sleep(60)";
        var run = command.ExecuteNonQueryAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));

        command.Cancel();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        Assert.Equal(PostgresErrorCodes.QueryCanceled, Assert.IsType<PostgresException>(error.InnerException).SqlState);
    }

    [Fact]
    public async Task A_batch_runs_its_commands_in_one_round_trip()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await using var batch = lease.CreateBatch();
        for (var n = 1; n <= 3; n++)
        {
            var item = batch.CreateBatchCommand();
            item.CommandText = "SELECT $1::int";
            item.Parameters.Add(new NpgsqlParameter { Value = n });
            batch.BatchCommands.Add(item);
        }

        var values = new List<int>();
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            await reader.ReadAsync();
            values.Add(reader.GetInt32(0));
        }
        while (await reader.NextResultAsync());

        Assert.Equal([1, 2, 3], values);
    }

    [Fact]
    public async Task A_prepared_command_runs_again()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await using var command = lease.CreateCommand();
        command.CommandText = "SELECT $1 + 1";
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 1 });
        await command.PrepareAsync();

        Assert.Equal(2, await command.ExecuteScalarAsync());
        command.Parameters[0].Value = 41;
        Assert.Equal(42, await command.ExecuteScalarAsync());
        Assert.Equal(1L, await ScalarAsync(lease, "SELECT count(*) FROM pg_prepared_statements"));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("prepare")]
    [InlineData("commit")]
    public async Task An_error_that_retires_a_session_replaces_its_connection_on_return(string failing)
    {
        var pool = await StartAsync(1, 1, settings => settings with { RetireOn = ["22012", "42P01", "23503"] });
        int pid;
        await using (var lease = await pool.GetConnAsync())
        {
            pid = await PidAsync(lease);
            await Assert.ThrowsAsync<PostgresException>(() => failing switch
            {
                "run" => ExecuteAsync(lease, "SELECT 1 / 0"),
                "prepare" => PrepareAsync(lease, "SELECT * FROM nowhere"),
                _ => CommitUnfulfilledAsync(lease),
            });
        }

        await using var next = await pool.GetConnAsync();

        Assert.NotEqual(pid, await PidAsync(next));
        Assert.Equal(1, await Backends.WaitForAsync(1));
    }

    [Fact]
    public async Task A_command_without_a_connection_says_so()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        await using var command = lease.CreateCommand();
        command.CommandText = "SELECT 1";
        command.Connection = null;

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());

        Assert.Contains("Set its Connection to a lease", error.Message, StringComparison.Ordinal);
    }

    private static async Task PrepareAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.PrepareAsync();
    }

    /// <summary>The server finds out at the commit that a row refers to nothing.</summary>
    private static async Task CommitUnfulfilledAsync(DbConnection connection)
    {
        await ExecuteAsync(connection, "CREATE TABLE parent (id int PRIMARY KEY)");
        await ExecuteAsync(connection, "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "INSERT INTO child VALUES (1)");
        await transaction.CommitAsync();
    }

    private static Task Does(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
