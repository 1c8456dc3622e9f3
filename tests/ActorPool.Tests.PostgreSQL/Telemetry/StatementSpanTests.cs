using System.Diagnostics;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The span of a statement that the pool was told.</summary>
public sealed class StatementSpanTests : TelemetryTest
{
    private static readonly AsyncLocal<string?> Tenant = new();

    [Fact]
    public async Task A_statement_has_a_span_by_the_conventions()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        var before = DateTime.UtcNow;

        Assert.Equal(17, await pool.ScalarAsync<int>($"SELECT {17} FROM pg_class WHERE oid = {1259}::oid"));

        var span = await OneAsync(spans);
        var text = new NpgsqlConnectionStringBuilder(ConnectionString);
        Assert.Equal("SELECT pg_class", span.OperationName);
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal("postgresql", span.GetTagItem("db.system.name"));
        Assert.Equal(text.Database, span.GetTagItem("db.namespace"));
        Assert.Equal(text.Host, span.GetTagItem("server.address"));
        Assert.Equal("SELECT", span.GetTagItem("db.operation.name"));
        Assert.Equal("SELECT pg_class", span.GetTagItem("db.query.summary"));
        Assert.Equal("SELECT $1 FROM pg_class WHERE oid = $2::oid", span.GetTagItem("db.query.text"));
        Assert.Null(span.GetTagItem("db.operation.batch.size"));
        Assert.Equal(1, span.GetTagItem("actorpool.batch.size"));
        Assert.InRange(span.StartTimeUtc, before, DateTime.UtcNow);
    }

    [Fact]
    public async Task The_span_lasts_from_the_call_to_the_answer_and_tells_the_time_in_the_pool()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.GetConnAsync();
        var told = pool.ScalarAsync<object>($"SELECT pg_sleep(0.1)").AsTask();
        await EventuallyAsync(() => pool.Statistics.StatementsWaiting == 1, "the statement waits");
        var clock = Stopwatch.StartNew();
        await ScalarAsync(held, "SELECT pg_sleep(0.2)");
        var waited = clock.Elapsed;
        await held.DisposeAsync();
        await told;

        var span = await OneAsync(spans);
        Assert.InRange((double)span.GetTagItem("actorpool.wait_time")!, waited.TotalSeconds, span.Duration.TotalSeconds - 0.1);
    }

    [Fact]
    public async Task The_parent_is_the_callers_activity_which_stays_current()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        using var caller = new Activity("caller").Start();

        var told = pool.ExecuteAsync($"SELECT pg_sleep(0.05)");
        Assert.Same(caller, Activity.Current);
        await told;

        Assert.Same(caller, Activity.Current);
        var span = await OneAsync(spans);
        Assert.Equal((caller.SpanId, caller.TraceId), (span.ParentSpanId, span.TraceId));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task A_span_without_a_parent_is_a_root()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        var told = pool.ExecuteAsync($"SELECT pg_sleep(0.05)");
        using var later = new Activity("later").Start();
        await told;

        var span = await OneAsync(spans);
        Assert.Equal(default, span.ParentSpanId);
        Assert.NotEqual(later.TraceId, span.TraceId);
    }

    [Fact]
    public async Task Statements_that_were_sent_together_have_a_span_each_with_its_own_parent()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        await pool.ScalarAsync<int>($"SELECT {0}");
        var held = await pool.GetConnAsync();
        var callers = new List<Activity>();
        var told = new List<Task>();
        for (var i = 0; i < 3; i++)
        {
            callers.Add(new Activity($"caller {i}").SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom()).Start());
            told.Add(pool.ScalarAsync<int>($"SELECT {i}").AsTask());
            callers[i].Stop();
        }

        await held.DisposeAsync();
        await Task.WhenAll(told);

        await EventuallyAsync(() => spans.OfStatements.Count == 4, "four spans");
        var together = spans.OfStatements.Where(span => span.ParentId is not null).ToList();
        Assert.Equal(callers.Select(caller => caller.SpanId).Order(new ByText()), together.Select(span => span.ParentSpanId).Order(new ByText()));
        Assert.All(together, span => Assert.Equal(3, span.GetTagItem("actorpool.batch.size")));
    }

    [Fact]
    public async Task A_group_is_a_batch_by_the_conventions()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);

        await pool.ExecuteAllAsync([Statement.Of("CREATE TABLE one (id int)"), Statement.Of("INSERT INTO one VALUES ($1)", 17)]);

        var span = await OneAsync(spans);
        Assert.Equal("BATCH", span.OperationName);
        Assert.Equal(2, span.GetTagItem("db.operation.batch.size"));
        Assert.Equal("CREATE TABLE one (id int); INSERT INTO one VALUES ($1)", span.GetTagItem("db.query.text"));
    }

    [Fact]
    public async Task The_span_of_a_failed_statement_has_the_SQLSTATE_and_no_value_of_a_parameter()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);

        var error = await Assert.ThrowsAsync<PostgresException>(async () => await pool.ExecuteAsync($"SELECT {"secret"}::text::int"));
        Assert.Contains("secret", error.Message, StringComparison.Ordinal);

        var span = await OneAsync(spans);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("22P02", span.GetTagItem("error.type"));
        Assert.Equal("22P02", span.GetTagItem("db.response.status_code"));
        Assert.DoesNotContain("secret", string.Join(' ', span.TagObjects.Select(tag => tag.Value).Append(span.StatusDescription)), StringComparison.Ordinal);
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task The_span_of_a_statement_that_was_not_sent_has_the_reason_and_no_batch()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        await using var held = await pool.GetConnAsync();

        await Assert.ThrowsAsync<PoolException>(async () => await pool.ExecuteAsync($"SELECT 1", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        var span = await OneAsync(spans);
        Assert.Equal(nameof(PoolErrorKind.Timeout), span.GetTagItem("error.type"));
        Assert.Null(span.GetTagItem("actorpool.batch.size"));
        Assert.Equal(span.Duration.TotalSeconds, (double)span.GetTagItem("actorpool.wait_time")!, 0.001);
    }

    [Fact]
    public async Task The_span_of_a_statement_whose_outcome_is_unknown_says_so()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);

        await Assert.ThrowsAsync<PoolException>(async () => await pool.ExecuteAsync($"SELECT pg_sleep(30)", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        var span = await OneAsync(spans);
        Assert.Equal(nameof(PoolErrorKind.OutcomeUnknown), span.GetTagItem("error.type"));
        await EventuallyAsync(() => pool.Statistics.StatementsUnknown == 1, "it is counted");
    }

    [Fact]
    public async Task The_span_of_a_cancelled_statement_says_so()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        using var cancellation = new CancellationTokenSource();
        var told = pool.ExecuteAsync($"SELECT pg_sleep(30)", cancellationToken: cancellation.Token).AsTask();
        await EventuallyAsync(() => pool.Statistics.StatementsRunning == 1, "it runs");

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => told);
        Assert.Equal(typeof(OperationCanceledException).FullName, (await OneAsync(spans)).GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_statement_of_a_message_has_no_span()
    {
        using var spans = new Spans(Pool);
        var pool = await StartNamedAsync(1, 1);
        using var other = new Activity("other").Start();

        await pool.Manager.Ask<Executed>(new Execute(Statement.Of("SELECT 1")));
        await pool.ExecuteAsync($"SELECT 2");

        Assert.Equal("SELECT 2", (await OneAsync(spans)).GetTagItem("db.query.text"));
    }

    [Fact]
    public async Task A_span_listener_that_throws_breaks_no_statement()
    {
        using var spans = new Spans(Pool, _ => throw new InvalidOperationException("no spans today"));
        var pool = await StartNamedAsync(1, 1);

        for (var i = 0; i < 5; i++)
            Assert.Equal(i, await pool.ScalarAsync<int>($"SELECT {i}"));

        await EventuallyAsync(() => spans.OfStatements.Count == 5, "five spans");
    }

    [Fact]
    public async Task A_statement_is_answered_while_a_listener_blocks()
    {
        using var release = new ManualResetEventSlim();
        using var spans = new Spans(Pool, _ => release.Wait(TimeSpan.FromSeconds(60)));
        try
        {
            var pool = await StartNamedAsync(1, 1);
            await pool.ScalarAsync<int>($"SELECT {1}");
            Assert.Equal(2, await pool.ScalarAsync<int>($"SELECT {2}").AsTask().WaitAsync(TimeSpan.FromSeconds(15)));
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public async Task Rows_are_read_and_the_drivers_spans_are_made_in_the_context_of_no_caller()
    {
        var drivers = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (drivers)
                    drivers.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var pool = await StartNamedAsync(1, 1);
        Tenant.Value = "of the first caller";
        using var caller = new Activity("caller").Start();

        var seen = await pool.QueryAsync($"SELECT 'context'", _ => $"{Tenant.Value}{Activity.Current?.TraceId}");

        Assert.DoesNotContain(Tenant.Value, seen[0], StringComparison.Ordinal);
        Assert.DoesNotContain(caller.TraceId.ToHexString(), seen[0], StringComparison.Ordinal);
        Assert.Equal("of the first caller", Tenant.Value);
        lock (drivers)
            Assert.DoesNotContain(drivers, span => span.TraceId == caller.TraceId);
    }

    private async Task<Activity> OneAsync(Spans spans)
    {
        await EventuallyAsync(() => spans.OfStatements.Count > 0, "a span");
        return Assert.Single(spans.OfStatements);
    }

    private sealed class ByText : IComparer<ActivitySpanId>
    {
        public int Compare(ActivitySpanId x, ActivitySpanId y) => string.CompareOrdinal(x.ToHexString(), y.ToHexString());
    }
}
