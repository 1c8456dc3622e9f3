using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>
/// Measures one statement that the pool was told, or one group, from the call to the answer. Made only while there is a listener; listeners are called on
/// the thread pool, so that none holds up an answer.
/// </summary>
internal sealed class ObservedStatement : IThreadPoolWorkItem
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly PoolMetrics _metrics;
    private readonly Statement[] _statements;
    private readonly StatementSpan? _span;
    private long _sent;
    private TimeSpan _time;
    private StatementError? _error;
    private int _batchSize;

    private ObservedStatement(PoolMetrics metrics, Statement[] statements, StatementSpan? span) => (_metrics, _statements, _span) = (metrics, statements, span);

    /// <summary>Starts at the call, on the thread of the caller, whose present activity will be the parent of the span. Null without a listener.</summary>
    public static ObservedStatement? OfCall(PoolMetrics metrics, Statement[] statements)
    {
        var isTraced = SpanSource.HasListeners;
        return isTraced || PoolMetrics.MeasuresStatements ? new ObservedStatement(metrics, statements, isTraced ? new StatementSpan() : null) : null;
    }

    /// <summary>Starts when the message is read. It has no span, since the activity of its sender is not known. Null without a listener.</summary>
    public static ObservedStatement? OfMessage(PoolMetrics metrics, Statement[] statements) =>
        PoolMetrics.MeasuresStatements ? new ObservedStatement(metrics, statements, null) : null;

    /// <summary>It is put into a batch. Called by the manager; of several runs the first one counts.</summary>
    public void Sent()
    {
        if (_sent == 0)
            _sent = Stopwatch.GetTimestamp();
    }

    /// <summary>The answer is decided. Called once, on the thread that decides it.</summary>
    /// <param name="batchSize">The size of the batch in which it ran; zero when it was not sent, or when that is not known.</param>
    /// <param name="error">What the answer is, if it is an error.</param>
    public void End(int batchSize, StatementError? error = null)
    {
        _time = Stopwatch.GetElapsedTime(_start);
        (_batchSize, _error) = (batchSize, error);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_span is null)
            Record();
        else
            _span.InContextOfCaller(this, static statement => statement.Report());
    }

    private void Report()
    {
        Listeners.Tell(this, static statement => statement._span!.Begin(statement._metrics.Database, StatementTags.Of(statement._statements)));
        // While the span is the current activity, so that an exemplar can name it.
        Record();
        Listeners.Tell(this, static statement => statement._span!.End(statement._time, statement.Waited, statement._batchSize, statement._error));
    }

    private void Record() =>
        Listeners.Tell(this, static statement => statement._metrics.Ran(statement._time, StatementTags.Of(statement._statements), statement._error));

    /// <summary>The time in the pool, until it was sent or the answer was decided without that.</summary>
    private TimeSpan Waited => _sent == 0 ? _time : Stopwatch.GetElapsedTime(_start, _sent);
}

/// <summary>How an error is told in metrics and spans: never by its message, which may quote a value of the statement.</summary>
/// <param name="Type">The SQLSTATE, the <see cref="PoolErrorKind"/>, or the name of the exception's type.</param>
/// <param name="SqlState">The SQLSTATE, if the server sent the error.</param>
internal sealed record StatementError(string Type, string? SqlState);
