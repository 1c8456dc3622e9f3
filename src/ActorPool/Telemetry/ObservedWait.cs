using System.Diagnostics;

namespace ActorPool.Telemetry;

/// <summary>What is observed of one call for a connection; made only while somebody listens.</summary>
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

    /// <summary>At the call. Null when nobody wants to know.</summary>
    public static ObservedWait? Begin()
    {
        var isTraced = WaitSpan.IsWanted;
        return isTraced || PoolMetrics.MeasuresWaits ? new ObservedWait(isTraced) : null;
    }

    /// <summary>It was not answered at once. Called by the manager.</summary>
    public void Queued() => Volatile.Write(ref _hasWaited, true);

    /// <summary>The answer is there, whenever its asker will look at it: a connection, or an error of this type. Called by whoever answers.</summary>
    public void End(string? error = null)
    {
        _time = Stopwatch.GetElapsedTime(_start);
        _error = error;
    }

    /// <summary>Tells the listeners. Called by the asker, after the end.</summary>
    public void Report(PoolMetrics metrics)
    {
        if (_error is null)
            metrics.Waited(_time);
        if (_isTraced && Volatile.Read(ref _hasWaited))
            new WaitSpan(metrics.Pool, _parent, _startedAt, _time, _error).MakeLater();
    }
}
