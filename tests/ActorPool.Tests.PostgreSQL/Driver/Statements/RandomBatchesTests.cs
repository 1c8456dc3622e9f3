using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>Random batches: every caller is told what the same statement, run alone by the driver, would have told it, and the server holds what was told.</summary>
public sealed class RandomBatchesTests : StatementTest
{
    private const int Rounds = 50;
    private const string Tables = "SELECT * FROM (SELECT id, parent, md5(body) FROM child UNION ALL SELECT id, NULL, NULL FROM parent) rows ORDER BY 1, 2";

    [Theory]
    [InlineData(DriverAccess.Internals, "")]
    [InlineData(DriverAccess.Internals, "Max Auto Prepare=100;Auto Prepare Min Usages=2")]
    [InlineData(DriverAccess.Internals, "Max Auto Prepare=3;Auto Prepare Min Usages=1")]
    // Without the internals the driver cannot be kept from an error of its own with texts that it prepares.
    [InlineData(DriverAccess.PublicOnly, "")]
    public async Task Statements_sent_together_are_told_the_same_as_statements_run_alone(DriverAccess access, string more)
    {
        foreach (var schema in new[] { "together", "alone" })
            await ExecuteAsync($"CREATE SCHEMA {schema}; SET search_path = {schema}; {RandomStatements.Tables}");
        var together = await OpenAsync(access, $"{more};Search Path=together");
        await using var alone = new NpgsqlConnection($"{ConnectionString};Pooling=false;Search Path=alone");
        await alone.OpenAsync();
        for (var seed = 0; seed < Rounds; seed++)
        {
            var batch = new RandomStatements(seed).Batch();

            var told = await TellAsync(together, batch);

            for (var index = 0; index < batch.Length; index++)
                Equal(await RunAloneAsync(alone, batch[index]), told[index], $"seed {seed}, {index}: {string.Join("; ", batch[index].Select(statement => statement.Sql))}");
            Equal(await RunAloneAsync(alone, [Statement.Of(Tables)]), (await TellAsync(together, [[Statement.Of(Tables)]]))[0], $"seed {seed}: the tables");
        }
    }

    [Fact]
    public async Task After_a_kill_the_server_holds_what_was_told() =>
        await EndAtRandomAsync(async (random, connection, _) =>
        {
            for (var pause = random.Next(40); pause > 0; pause--)
                await Task.Yield();
            await Backends.TerminateAsync($"pid = {connection.ProcessId}");
            return true;
        });

    [Fact]
    public async Task After_a_forced_end_the_server_holds_what_was_told() =>
        await EndAtRandomAsync(async (random, connection, _) =>
        {
            for (var pause = random.Next(200); pause > 0; pause--)
                await Task.Yield();
            await connection.AbortAsync();
            return true;
        });

    [Fact]
    public async Task After_cancellations_the_server_holds_what_was_told() =>
        await EndAtRandomAsync(async (random, connection, batch) =>
        {
            for (var request = 0; request < 3; request++)
            {
                var running = batch.Running;
                if (running < batch.Statements.Count)
                {
                    ((RecordedStatement)batch.Statements[running]).GiveUp();
                    connection.CancelRunning(batch, running);
                }

                await Task.Delay(random.Next(3));
            }

            return false;
        });

    private static void Equal(string expected, string actual, string where) => Assert.True(expected == actual, $"{where}: {Short(expected)} alone, {Short(actual)} together.");

    private static string Short(string text) => text.Length > 2000 ? $"{text[..2000]}... ({text.Length})" : text;

    /// <summary>Runs the statements, and again those that are to run again, as the pool does.</summary>
    private static async Task<string[]> TellAsync(IPhysicalConnection connection, Statement[][] batch)
    {
        var statements = batch.Select(sent => new RecordedStatement(sent) { OnRow = RowOf }).ToArray();
        await RunAsync(connection, statements);
        foreach (var again in statements.Where(statement => statement.End == StatementEnd.RunAgain))
            await RunAsync(connection, again);
        return [.. statements.Select(statement => statement.IsUnknown ? $"unknown: {statement.Error}" : statement.Told)];
    }

    private static async Task<string> RunAloneAsync(NpgsqlConnection connection, Statement[] sent)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in sent)
        {
            var command = new NpgsqlBatchCommand(statement.Sql);
            foreach (var value in statement.Parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            batch.BatchCommands.Add(command);
        }

        try
        {
            var rows = new List<string>();
            await using var reader = await batch.ExecuteReaderAsync();
            do
            {
                while (await reader.ReadAsync())
                    rows.Add(RowOf(reader));
            }
            while (await reader.NextResultAsync());

            return string.Join(',', rows);
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    private static string RowOf(NpgsqlDataReader reader)
    {
        var values = new object[reader.FieldCount];
        reader.GetValues(values);
        return $"({string.Join(' ', values)})";
    }

    /// <summary>Runs random inserts, each of its own number, with something in between. No number may be there that was told as failed, none missing that was told as done.</summary>
    private async Task EndAtRandomAsync(Func<Random, IPhysicalConnection, StatementBatch, Task<bool>> disturb)
    {
        await ExecuteAsync("CREATE TABLE kept (n int PRIMARY KEY)");
        var (id, disturbed, connection) = (0, 0, await OpenAsync());
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var first = id;
            var statements = Enumerable.Range(0, 2 + random.Next(30)).Select(_ => Insert(random, ++id)).ToArray();
            var batch = new StatementBatch();
            batch.Statements.AddRange(statements);
            var running = connection.RunAsync(batch);
            var isEnded = await disturb(random, connection, batch);
            var condition = await running.WaitAsync(TimeSpan.FromSeconds(30));
            if (isEnded)
            {
                await connection.AbortAsync();
                connection = await OpenAsync();
            }
            else
            {
                Assert.Equal(ReturnCondition.Clean, condition);
            }

            var kept = (await ToldAsync(connection, Select("SELECT coalesce(string_agg(n::text, ' ' ORDER BY n), '') FROM kept WHERE n > $1::int", first)))[0].Split(' ');
            disturbed += statements.Any(statement => statement.Told is not ("1" or "22012")) ? 1 : 0;
            for (var index = 0; index < statements.Length; index++)
            {
                var told = statements[index].Told;
                var isKept = kept.Contains($"{first + index + 1}");
                var isRight = told switch
                {
                    "1" => isKept,
                    "unknown" => true,
                    _ when statements[index].IsGivenUp => true,
                    _ => !isKept,
                };
                Assert.True(isRight, $"seed {seed}, {index}: told {told}, in the table: {isKept}.");
            }
        }

        Assert.NotEqual(0, disturbed);
    }

    private static RecordedStatement Insert(Random random, int id) => random.Next(6) switch
    {
        0 => Execute("INSERT INTO kept SELECT $1::int FROM pg_sleep(0.002)", id),
        1 => Execute("INSERT INTO kept SELECT $1::int / 0", id),
        _ => Execute("INSERT INTO kept VALUES ($1)", id),
    };
}
