using System.Data;
using System.Data.Common;
using System.Transactions;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;
using NpgsqlTypes;

namespace ActorPool.Tests.PostgreSQL.DataSources;

/// <summary>A command of the data source itself, which is told to the pool as a statement.</summary>
public sealed class DataSourceCommandTests : PoolTest
{
    private const string Setup = """
        CREATE TABLE item (id int PRIMARY KEY, name text);
        INSERT INTO item VALUES (1, 'one'), (2, NULL), (3, 'three');
        CREATE PROCEDURE twice(a int, INOUT b int) LANGUAGE plpgsql AS $$ BEGIN b := 2 * a; END $$
        """;

    [Theory]
    [InlineData("SELECT name FROM item ORDER BY id")]
    [InlineData("SELECT name FROM item WHERE id = 2")]
    [InlineData("SELECT name FROM item WHERE false")]
    [InlineData("SELECT 1; ")]
    [InlineData("SELECT ';' -- a comment;")]
    [InlineData("SELECT {0}")]
    [InlineData("-- nothing")]
    [InlineData("SELECT 'not closed")]
    [InlineData("UPDATE item SET name = 'x' WHERE id > 1")]
    [InlineData("INSERT INTO item VALUES (4, 'four'), (5, 'five') RETURNING id")]
    [InlineData("DELETE FROM item WHERE id = 99")]
    [InlineData("INSERT INTO item VALUES (1, 'again')")]
    [InlineData("CREATE TABLE other (id int)")]
    [InlineData("DO $$ BEGIN UPDATE item SET name = 'y'; END $$")]
    [InlineData("CALL twice(4, NULL)")]
    [InlineData("VALUES (1), (2)")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("SELECT nothing FROM nowhere")]
    [InlineData("SELEC 1")]
    [InlineData("SELECT 1 / 0")]
    [InlineData("SELECT 1; SELECT 2; UPDATE item SET name = 'z'")]
    [InlineData("UPDATE item SET name = 'z'; SELECT 1 / 0")]
    [InlineData("")]
    public async Task It_answers_as_a_command_of_the_drivers_data_source(string text)
    {
        await using var driver = NpgsqlDataSource.Create(ConnectionString);
        var (pool, source) = await SourceAsync(driver);

        Assert.Equal(await RunAsync(driver, text, isSynchronous: false), await RunAsync(source, text, isSynchronous: false));
        Assert.Equal(await RunAsync(driver, text, isSynchronous: true), await RunAsync(source, text, isSynchronous: true));
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Fact]
    public async Task Parameters_are_the_drivers_by_name_and_by_number()
    {
        await using var driver = NpgsqlDataSource.Create(ConnectionString);
        var (_, source) = await SourceAsync(driver);
        NpgsqlParameter[][] cases =
        [
            [new("n", 41)],
            [new("@n", NpgsqlDbType.Bigint) { Value = 41 }],
            [new("n", DbType.Int32) { Value = DBNull.Value }],
            [new NpgsqlParameter<int>("n", 7)],
            [new("n", Enumerable.Range(1, 2).ToArray())],
            [new("n", NpgsqlDbType.Jsonb) { Value = """{"a":1}""" }],
            [new("n", "text") { Size = 2 }],
            [new("n", new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc))],
            [new("n", "ignored"), new("other", 1)],
            [new("n", new Version(1, 2))],
            [new("n", null)],
            [],
        ];
        foreach (var parameters in cases)
        {
            Assert.Equal(await ScalarAsync(driver, "SELECT concat(@n, '-', @N), @n", parameters), await ScalarAsync(source, "SELECT concat(@n, '-', @N), @n", parameters));
            var unnamed = parameters.Select(parameter => parameter.Clone()).ToArray();
            foreach (var parameter in unnamed)
                parameter.ParameterName = "";
            Assert.Equal(await ScalarAsync(driver, "SELECT $1", unnamed), await ScalarAsync(source, "SELECT $1", unnamed));
        }
    }

    [Fact]
    public async Task A_parameter_may_be_changed_as_soon_as_the_call_has_returned()
    {
        var (_, source) = await SourceAsync();
        await using var command = source.CreateCommand("SELECT $1::int FROM pg_sleep(0.05)");
        var parameter = command.CreateParameter();
        command.Parameters.Add(parameter);
        var runs = new List<Task<object?>>();
        for (var number = 1; number <= 5; number++)
        {
            parameter.Value = number;
            runs.Add(command.ExecuteScalarAsync());
        }

        Assert.Equal(Enumerable.Range(1, 5).Cast<object>(), await Task.WhenAll(runs));
    }

    [Theory]
    [InlineData(CommandBehavior.SequentialAccess)]
    [InlineData(CommandBehavior.SchemaOnly)]
    [InlineData(CommandBehavior.KeyInfo)]
    public async Task A_behaviour_that_needs_a_connection_gets_one(CommandBehavior behavior)
    {
        var (pool, source) = await SourceAsync();
        await using var command = source.CreateCommand("SELECT id, name FROM item ORDER BY id");
        await using (var reader = await command.ExecuteReaderAsync(behavior))
        {
            Assert.IsType<NpgsqlDataReader>(reader);
            Assert.Equal(1, pool.Statistics.InUse);
            Assert.Equal(behavior != CommandBehavior.SchemaOnly, await reader.ReadAsync());
            Assert.Equal(behavior == CommandBehavior.KeyInfo, (bool)reader.GetSchemaTable()!.Rows[0]["IsKey"]);
        }

        Assert.Equal(0, pool.Statistics.InUse);
        await Assert.ThrowsAsync<PostgresException>(() => source.CreateCommand("SELECT nothing FROM nowhere").ExecuteReaderAsync(behavior));
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Theory]
    [InlineData(CommandBehavior.SingleRow, 1)]
    [InlineData(CommandBehavior.SingleResult | CommandBehavior.CloseConnection, 3)]
    public async Task A_behaviour_that_a_statement_can_have_is_told(CommandBehavior behavior, int rows)
    {
        var (pool, source) = await SourceAsync();
        await using var reader = await source.CreateCommand("SELECT id FROM item ORDER BY id").ExecuteReaderAsync(behavior);

        Assert.IsNotType<NpgsqlDataReader>(reader);
        Assert.Equal((rows, 0), (reader.Cast<IDataRecord>().Count(), pool.Statistics.InUse));
    }

    [Theory]
    [InlineData("SET work_mem = '1MB'")]
    [InlineData("BEGIN")]
    [InlineData("COPY item FROM STDIN")]
    public async Task A_statement_that_would_stay_in_the_session_is_refused_with_the_way_out(string text)
    {
        var (pool, source) = await SourceAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => source.CreateCommand(text).ExecuteNonQueryAsync());

        Assert.Equal(PoolErrorKind.NotAsStatement, error.Kind);
        Assert.Contains("OpenConnectionAsync", error.Message, StringComparison.Ordinal);
        Assert.Equal(0L, pool.Statistics.Granted);
    }

    [Fact]
    public async Task A_procedure_fills_its_output_parameters()
    {
        var (pool, source) = await SourceAsync();
        await using var command = source.CreateCommand("twice");
        command.CommandType = CommandType.StoredProcedure;
        command.Parameters.Add(new NpgsqlParameter("a", 4));
        var output = new NpgsqlParameter("b", NpgsqlDbType.Integer) { Direction = ParameterDirection.InputOutput, Value = DBNull.Value };
        command.Parameters.Add(output);

        await command.ExecuteNonQueryAsync();

        Assert.Equal((8, 0), (output.Value, pool.Statistics.InUse));
    }

    [Fact]
    public async Task A_table_is_read_by_its_name()
    {
        var (_, source) = await SourceAsync();
        await using var command = source.CreateCommand("item");
        command.CommandType = CommandType.TableDirect;

        await using var reader = await command.ExecuteReaderAsync();

        Assert.Equal(3, reader.Cast<IDataRecord>().Count());
    }

    [Fact]
    public async Task It_has_no_connection_and_no_transaction()
    {
        var (_, source) = await SourceAsync();
        await using var command = source.CreateCommand("SELECT 1");
        await using var connection = source.CreateConnection();

        foreach (var use in new Action[] { () => _ = command.Connection, () => command.Connection = connection, () => _ = command.Transaction, () => command.Transaction = null })
            Assert.Contains("OpenConnectionAsync", Assert.Throws<NotSupportedException>(use).Message, StringComparison.Ordinal);
        await command.PrepareAsync();
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("", null, 30)]
    [InlineData(";Command Timeout=7", null, 7)]
    [InlineData(";Command Timeout=0", null, 0)]
    [InlineData("", 12.5, 13)]
    [InlineData("", -1.0, 0)]
    public async Task Its_time_out_is_that_of_the_connection_string_or_of_the_pipeline(string text, double? pipeline, int expected)
    {
        TimeSpan? time = pipeline switch { null => null, -1 => Timeout.InfiniteTimeSpan, var seconds => TimeSpan.FromSeconds(seconds.Value) };
        var pool = await StartAsync(new PoolSettings(ConnectionString + text, 1, 1) is var settings && time is { } given ? settings with { Pipeline = settings.Pipeline with { Timeout = given } } : settings);
        await using var command = new PooledDataSource(pool).CreateCommand("SELECT 1");

        Assert.Equal(expected, command.CommandTimeout);
        command.CommandTimeout = 3;
        Assert.Equal(3, command.CommandTimeout);
        Assert.ThrowsAny<ArgumentException>(() => command.CommandTimeout = -1);
    }

    [Fact]
    public async Task A_time_out_is_an_error_of_the_driver_with_a_time_out_inside()
    {
        var (_, source) = await SourceAsync();
        await using var command = source.CreateCommand("SELECT pg_sleep(60)");
        command.CommandTimeout = 1;

        var error = await Assert.ThrowsAsync<PoolException>(() => command.ExecuteNonQueryAsync());

        Assert.Equal((PoolErrorKind.OutcomeUnknown, false), (error.Kind, error.IsTransient));
        Assert.IsAssignableFrom<NpgsqlException>(error);
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task In_an_ambient_transaction_it_is_refused_as_an_open_is()
    {
        var (_, source) = await SourceAsync();
        await using var command = source.CreateCommand("SELECT 1");
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        Assert.Contains("TransactionScope", (await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT pg_sleep(60)")]
    [InlineData("SELECT pg_sleep(60); SELECT 1")]
    public async Task It_is_cancelled_by_its_token_and_by_Cancel(string text)
    {
        var (pool, source) = await SourceAsync();
        await using var command = source.CreateCommand(text);
        command.Cancel();
        using var end = new CancellationTokenSource();
        var run = command.ExecuteNonQueryAsync(end.Token);
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active' AND query LIKE '%pg_sleep%'"));
        await end.CancelAsync();
        Assert.Equal(end.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).CancellationToken);

        var blocked = Task.Run(command.ExecuteScalar);
        await EventuallyAsync(
            () =>
            {
                command.Cancel();
                return blocked.IsCompleted;
            },
            "the command is cancelled");
        await Assert.ThrowsAnyAsync<Exception>(() => blocked);
        command.Cancel();
        await EventuallyAsync(() => pool.Statistics.InUse == 0, "the statement has ended at the server");
    }

    [Fact]
    public async Task With_a_key_it_runs_in_the_session_of_the_key()
    {
        var pool = await StartAsync(3, 3);
        var source = new PooledDataSource(pool, "tenant");
        await using var connection = await source.OpenConnectionAsync();
        var expected = await PidAsync(connection);
        await connection.CloseAsync();

        for (var run = 0; run < 3; run++)
            Assert.Equal(expected, await source.CreateCommand("SELECT pg_backend_pid()").ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_disposed_data_source_runs_nothing()
    {
        var (_, source) = await SourceAsync();
        var command = source.CreateCommand("SELECT 1");

        await source.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => command.ExecuteScalarAsync());
        Assert.Throws<ObjectDisposedException>(() => command.ExecuteScalar());
        Assert.Throws<ObjectDisposedException>(() => source.CreateCommand());
    }

    [Fact]
    public async Task On_a_pool_without_actors_it_borrows_for_its_run()
    {
        var pool = Keep(await SimpleConnectionPool.StartAsync(Settings(1, 1)));
        await using var source = new PooledDataSource(pool);

        Assert.Equal(1, await source.CreateCommand("SELECT 1").ExecuteScalarAsync());
        await using (var reader = await source.CreateCommand("SELECT 1").ExecuteReaderAsync())
            Assert.IsType<NpgsqlDataReader>(reader);
        Assert.Equal((2L, 0), (pool.Statistics.Granted, pool.Statistics.InUse));
    }

    /// <summary>Everything that a caller learns of a text; each run is undone by a new schema of the same tables.</summary>
    private static async Task<string> RunAsync(DbDataSource source, string text, bool isSynchronous)
    {
        var answers = new List<string>
        {
            await AnswerAsync(async command => isSynchronous ? command.ExecuteScalar() : await command.ExecuteScalarAsync()),
            await AnswerAsync(async command => isSynchronous ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync()),
            await AnswerAsync(async command => await ReadAsync(isSynchronous ? command.ExecuteReader() : await command.ExecuteReaderAsync())),
        };
        return string.Join("\n", answers);

        async Task<string> AnswerAsync(Func<DbCommand, Task<object?>> run)
        {
            await source.CreateCommand($"DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; {Setup}").ExecuteNonQueryAsync();
            await using var command = source.CreateCommand(text);
            string answer;
            try
            {
                answer = $"{await run(command) ?? "null"}";
            }
            catch (Exception error)
            {
                answer = $"{error.GetType().Name} {error.Message}";
            }

            await using var check = source.CreateCommand("SELECT string_agg(concat(id, name), ',' ORDER BY id) FROM item");
            return $"{answer} -> {await check.ExecuteScalarAsync()}";
        }
    }

    private static async Task<object?> ReadAsync(DbDataReader reader)
    {
        await using var opened = reader;
        var seen = new List<string>();
        do
        {
            seen.Add($"{reader.FieldCount} columns, {reader.HasRows}");
            while (await reader.ReadAsync())
                seen.Add(string.Join(',', Enumerable.Range(0, reader.FieldCount).Select(column => $"{reader.GetName(column)}={reader.GetValue(column)}")));
        }
        while (await reader.NextResultAsync());
        return $"{string.Join("; ", seen)}, {reader.RecordsAffected} affected";
    }

    private static async Task<string> ScalarAsync(DbDataSource source, string text, NpgsqlParameter[] parameters)
    {
        await using var command = source.CreateCommand(text);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter.Clone());
        try
        {
            var value = await command.ExecuteScalarAsync();
            return value is Array array ? string.Join(',', array.Cast<object>()) : $"{value?.GetType()} {value}";
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name} {error.Message}";
        }
    }

    private async Task<(ConnectionPool Pool, PooledDataSource Source)> SourceAsync(NpgsqlDataSource? driver = null)
    {
        await using var own = NpgsqlDataSource.Create(ConnectionString);
        await (driver ?? own).CreateCommand(Setup).ExecuteNonQueryAsync();
        var pool = await StartAsync(1, 4);
        return (pool, new PooledDataSource(pool));
    }
}
