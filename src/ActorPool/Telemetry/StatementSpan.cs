using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>The span of one statement or group that a caller told the pool: from the call to the answer. Made on the caller's thread, and filled when it has ended.</summary>
internal sealed class StatementSpan
{
    private readonly DateTime _start = DateTime.UtcNow;
    private readonly ActivityContext _parent = Activity.Current?.Context ?? default;
    private readonly ExecutionContext? _caller = ExecutionContext.Capture();
    private Activity? _span;

    /// <summary>Runs code as the caller would, whose own activity stays the current one.</summary>
    public void InContextOfCaller<T>(T state, Action<T> code)
    {
        if (_caller is null)
            code(state);
        else
            ExecutionContext.Run(_caller, _ => code(state), null);
    }

    public void Begin(DatabaseTags database, StatementTags statement)
    {
        List<KeyValuePair<string, object?>> tags =
        [
            .. database.All, new("db.operation.name", statement.Operation), new("db.query.summary", statement.Summary), new("db.query.text", statement.Text),
        ];
        if (statement.GroupSize is { } size)
            tags.Add(new("db.operation.batch.size", size));
        _span = SpanSource.Begin(statement.Summary, ActivityKind.Client, _parent, tags, _start);
    }

    /// <param name="time">The time to the answer.</param>
    /// <param name="waited">The part of it before it was sent.</param>
    /// <param name="batchSize">The statements that were sent together with it, and itself; zero when it was not sent.</param>
    /// <param name="error">The error that was the answer.</param>
    public void End(TimeSpan time, TimeSpan waited, int batchSize, StatementError? error)
    {
        if (_span is not { } span)
            return;
        span.SetTag("actorpool.wait_time", waited.TotalSeconds);
        if (batchSize > 0)
            span.SetTag("actorpool.batch.size", batchSize);
        if (error is not null)
        {
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.Type);
            if (error.SqlState is { } state)
                span.SetTag("db.response.status_code", state);
        }

        span.SetEndTime(_start + time);
        span.Dispose();
    }
}
