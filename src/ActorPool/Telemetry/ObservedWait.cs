using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>Measures one call for a connection. Made only while there is a listener.</summary>
internal sealed class ObservedWait
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly DateTime _startedAt;
    private readonly ActivityContext _parent;
    private readonly bool _isTraced;
    private TimeSpan _time;
    private string? _error;
    private bool _hasWaited;

    private ObservedWait(bool isTraced)
    {
        _isTraced = isTraced;
        if (!isTraced)
            return;
        _startedAt = DateTime.UtcNow;
        _parent = Activity.Current?.Context ?? default;
    }

    /// <summary>Starts at the call. Null without a listener.</summary>
    public static ObservedWait? Begin()
    {
        var isTraced = SpanSource.HasListeners;
        return isTraced || PoolMetrics.MeasuresWaits ? new ObservedWait(isTraced) : null;
    }

    /// <summary>The request was not answered at once. Called by the manager.</summary>
    public void Queued() => Volatile.Write(ref _hasWaited, true);

    /// <summary>The answer is ready: a connection, or an error of this type. Called on the thread that answers.</summary>
    public void End(string? error = null)
    {
        _time = Stopwatch.GetElapsedTime(_start);
        _error = error;
    }

    /// <summary>Calls the listeners. Called on the thread of the borrower, after <see cref="End"/>.</summary>
    public void Report(PoolMetrics metrics)
    {
        if (_error is null)
            metrics.Waited(_time);
        if (_isTraced && Volatile.Read(ref _hasWaited))
            new WaitSpan(metrics.Pool, _parent, _startedAt, _time, _error).MakeLater();
    }
}
