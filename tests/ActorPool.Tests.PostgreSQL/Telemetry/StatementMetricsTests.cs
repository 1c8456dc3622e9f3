using System.Diagnostics;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The times of statements, the sizes of batches, and how many wait and run.</summary>
public sealed class StatementMetricsTests : TelemetryTest
{
    private const string Duration = "db.client.operation.duration";
    private const string BatchSize = "actorpool.batch.size";

    [Fact]
    public async Task A_statement_is_timed_from_the_call_to_the_answer()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);

        var clock = Stopwatch.StartNew();
        await pool.ExecuteAsync($"SELECT pg_sleep(0.1)");
        await EventuallyAsync(() => heard.Times(Duration).Count == 1, "one time");
        var atMost = clock.Elapsed;

        Assert.InRange(heard.Times(Duration)[0], 0.1, atMost.TotalSeconds);
        var tags = heard.TagsOf(Duration)[0];
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        Assert.Equal(("postgresql", text.Database, text.Host), (tags["db.system.name"], tags["db.namespace"], tags["server.address"]));
        Assert.Equal(("SELECT", "SELECT"), (tags["db.operation.name"], tags["db.query.summary"]));
        Assert.DoesNotContain("error.type", tags.Keys);
        Assert.DoesNotContain("db.query.text", tags.Keys);
    }

    [Fact]
    public async Task A_failed_statement_is_timed_with_its_error()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);

        await Assert.ThrowsAsync<PostgresException>(async () => await pool.ExecuteAsync($"SELECT * FROM nothing"));
        await Assert.ThrowsAsync<FormatException>(async () => await pool.QueryAsync<int>($"SELECT 1", _ => throw new FormatException()));

        await EventuallyAsync(() => heard.Times(Duration).Count == 2, "two times");
        Assert.Equal(["42P01", "System.FormatException"], heard.TagsOf(Duration).Select(tags => tags["error.type"]).Order());
        Assert.Single(heard.TagsOf(Duration), tags => tags.GetValueOrDefault("db.response.status_code") is "42P01");
    }

    [Fact]
    public async Task A_statement_that_was_not_sent_is_timed_with_the_reason()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1, settings => settings with { MaxWaiting = 1 });
        await using var held = await pool.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = pool.ExecuteAsync($"SELECT 1", cancellationToken: cancellation.Token).AsTask();
        await EventuallyAsync(() => pool.Statistics.StatementsWaiting == 1, "it waits");

        await Assert.ThrowsAsync<PoolException>(async () => await pool.ExecuteAsync($"SELECT 2"));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await EventuallyAsync(() => pool.Statistics is { StatementsWaiting: 0, Cancelled: 1 }, "it has left");
        await Assert.ThrowsAsync<PoolException>(async () => await pool.ExecuteAsync($"SELECT 3", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        await EventuallyAsync(() => heard.Times(Duration).Count == 3, "three times");
        Assert.Equal(["System.OperationCanceledException", "Timeout", "TooManyWaiting"], heard.TagsOf(Duration).Select(tags => (string)tags["error.type"]!).Order(StringComparer.Ordinal));
        Assert.Empty(heard.Times(BatchSize));
    }

    [Fact]
    public async Task A_statement_of_a_message_is_timed_with_a_sender_and_without()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);

        await pool.Manager.Ask<Executed>(new Execute(Statement.Of("SELECT 1")));
        pool.Manager.Tell(new Execute(Statement.Of("SELECT 2")), ActorRefs.NoSender);

        await EventuallyAsync(() => heard.Times(Duration).Count == 2, "two times");
    }

    [Fact]
    public async Task A_call_whose_answer_is_not_awaited_is_timed()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);

#pragma warning disable CA2012 // Not to take the answer is what is tested.
        _ = pool.ExecuteAsync($"SELECT 1");
#pragma warning restore CA2012

        await EventuallyAsync(() => heard.Times(Duration).Count == 1, "one time");
    }

    [Fact]
    public async Task A_group_is_timed_once()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);

        await pool.ExecuteAllAsync([Statement.Of("SELECT 1"), Statement.Of("SELECT 2")]);

        await EventuallyAsync(() => heard.Times(Duration).Count == 1, "one time");
        Assert.Equal("BATCH SELECT", heard.TagsOf(Duration)[0]["db.operation.name"]);
    }

    [Fact]
    public async Task The_size_of_each_batch_is_told()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        await pool.ScalarAsync<int>($"SELECT {0}");
        var held = await pool.GetConnAsync();
        var told = Enumerable.Range(0, 5).Select(i => pool.ScalarAsync<int>($"SELECT {i}").AsTask()).ToArray();

        await held.DisposeAsync();
        await Task.WhenAll(told);

        await EventuallyAsync(() => heard.Times(BatchSize).Count == 2, "two batches");
        Assert.Equal([1, 5], heard.Times(BatchSize).Order());
        Assert.Equal((6, 2), (pool.Statistics.StatementsRun, pool.Statistics.Batches));
    }

    [Fact]
    public async Task Waiting_and_running_statements_are_counted_and_their_connection_is_used()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        using var end = new CancellationTokenSource();
        var running = pool.ExecuteAsync($"SELECT pg_sleep(30)", cancellationToken: end.Token).AsTask();
        await EventuallyAsync(() => pool.Statistics.StatementsRunning == 1, "one runs");
        var waiting = pool.ScalarAsync<int>($"SELECT {1}").AsTask();
        await EventuallyAsync(() => pool.Statistics.StatementsWaiting == 1, "one waits");

        var sizes = heard.Sizes();
        var now = pool.Statistics;
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await waiting;

        Assert.Equal((1, 1), (sizes["actorpool.statement.waiting"], sizes["actorpool.statement.running"]));
        Assert.Equal((0, 1, 0), (sizes["count idle"], sizes["count used"], sizes["pending_requests"]));
        Assert.Equal((1, 1, 1, 0), (now.InUse, now.Working, now.Open, now.Waiting));
        Assert.True(now.LongestRun > TimeSpan.Zero && now.LongestWait > TimeSpan.Zero);
        await EventuallyAsync(() => heard.Sizes() is var after && after["actorpool.statement.waiting"] == 0 && after["actorpool.statement.running"] == 0, "none is left");
        Assert.Equal(TimeSpan.Zero, pool.Statistics.LongestRun);
    }

    [Fact]
    public async Task A_listener_that_throws_or_blocks_holds_up_no_statement()
    {
        using var release = new ManualResetEventSlim();
        using var heard = new Measurements(Pool, instrument =>
        {
            release.Wait(TimeSpan.FromSeconds(60));
            throw new InvalidOperationException($"no {instrument}");
        });
        try
        {
            var pool = await StartNamedAsync(1, 1);
            for (var i = 0; i < 3; i++)
                Assert.Equal(i, await pool.ScalarAsync<int>($"SELECT {i}").AsTask().WaitAsync(TimeSpan.FromSeconds(15)));
            await pool.Manager.Ask<Executed>(new Execute(Statement.Of("SELECT 1")), TimeSpan.FromSeconds(15));
        }
        finally
        {
            release.Set();
        }
    }
}
