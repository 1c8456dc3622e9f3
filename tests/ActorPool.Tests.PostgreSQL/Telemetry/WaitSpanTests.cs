using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The span of a call that had to wait.</summary>
public sealed class WaitSpanTests : TelemetryTest
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private Action? _onStopped;

    public WaitSpanTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ConnectionPoolTelemetry.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                // Other tests run at the same time.
                if (span.GetTagItem("db.client.connection.pool.name") as string != Pool)
                    return;
                _spans.Enqueue(span);
                _onStopped?.Invoke();
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public override async Task DisposeAsync()
    {
        _listener.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Only_a_request_that_waited_has_a_span()
    {
        var pool = await StartNamedAsync(1, 1);
        for (var i = 0; i < 10; i++)
            await (await pool.GetConnAsync()).DisposeAsync();
        var held = await pool.GetConnAsync();
        var before = DateTime.UtcNow;
        var waiting = await WaitForOneAsync(pool);
        var after = DateTime.UtcNow;
        await ScalarAsync(held, "SELECT pg_sleep(0.1)");
        await held.DisposeAsync();
        await (await waiting).DisposeAsync();

        var span = await SpanAsync();

        Assert.Equal("wait for connection", span.OperationName);
        Assert.Equal(ActivityKind.Internal, span.Kind);
        Assert.Equal("postgresql", span.GetTagItem("db.system.name"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.InRange(span.Duration, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(15));
        Assert.InRange(span.StartTimeUtc, before, after);
    }

    [Fact]
    public async Task The_parent_of_the_span_is_the_callers_activity_which_stays_current()
    {
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.GetConnAsync();
        using var caller = new Activity("caller").Start();
        var waiting = await WaitForOneAsync(pool);
        Assert.Same(caller, Activity.Current);

        await held.DisposeAsync();
        await using var connection = await waiting;

        Assert.Same(caller, Activity.Current);
        var span = await SpanAsync();
        Assert.Equal(caller.SpanId, span.ParentSpanId);
        Assert.Equal(caller.TraceId, span.TraceId);
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task A_span_without_a_parent_is_a_root()
    {
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.GetConnAsync();
        var call = pool.GetConnAsync();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        using var later = new Activity("later").Start();

        await held.DisposeAsync();
        await using var connection = await call;

        var span = await SpanAsync();
        Assert.Equal(default, span.ParentSpanId);
        Assert.NotEqual(later.TraceId, span.TraceId);
        Assert.Same(later, Activity.Current);
    }

    [Fact]
    public async Task The_span_of_a_timeout_has_its_reason()
    {
        var pool = await StartNamedAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromMilliseconds(200) });
        await using var held = await pool.GetConnAsync();

        await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        var span = await SpanAsync();
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(nameof(PoolErrorKind.Timeout), span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task The_span_of_a_cancelled_wait_says_so()
    {
        var pool = await StartNamedAsync(1, 1);
        await using var held = await pool.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = await WaitForOneAsync(pool, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var span = await SpanAsync();
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(typeof(OperationCanceledException).FullName, span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_request_that_is_refused_at_once_has_no_span()
    {
        var pool = await StartNamedAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.Zero });
        var held = await pool.GetConnAsync();
        await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());
        await held.DisposeAsync();
        await pool.CloseAllAsync();
        await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        // The next span is of a request that waits, in a pool of the same name.
        var next = await StartNamedAsync(1, 1);
        await using var other = await next.GetConnAsync();
        using var cancellation = new CancellationTokenSource();
        var waiting = await WaitForOneAsync(next, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(typeof(OperationCanceledException).FullName, (await SpanAsync()).GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_listener_that_throws_breaks_no_request()
    {
        _onStopped = () => throw new InvalidOperationException("no spans today");
        var pool = await StartNamedAsync(1, 1);
        var held = await pool.GetConnAsync();
        var waiting = await WaitForOneAsync(pool);

        await held.DisposeAsync();
        await using var connection = await waiting;

        await SpanAsync();
        Assert.Equal(1L, await ScalarAsync(connection, "SELECT 1::bigint"));
    }

    /// <summary>The one span of the test.</summary>
    private async Task<Activity> SpanAsync()
    {
        await EventuallyAsync(() => !_spans.IsEmpty, "a span");
        return Assert.Single(_spans);
    }
}
