namespace ActorPool.LeasedWork;

/// <summary>The time for a statement or a transaction, from the call on: the wait for a connection counts, too.</summary>
internal sealed class TimeLimit : IDisposable
{
    // The pool itself ends the wait for a connection in time, and its error says more. This is for pools that do not.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    // A timer of the platform cannot wait for longer than about 49 days; nothing here lasts so long.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly long _since = TimeProvider.System.GetTimestamp();
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _end;

    public TimeLimit(TimeSpan timeout, CancellationToken caller)
    {
        (Timeout, _caller) = (timeout, caller);
        _end = CancellationTokenSource.CreateLinkedTokenSource(caller);
        if (!IsInfinite)
            _end.CancelAfter(timeout + Slack);
    }

    public TimeSpan Timeout { get; }

    /// <summary>Cancelled by the caller, or when the time is over.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>The time is over, and the caller has not cancelled.</summary>
    public bool IsOver => !_caller.IsCancellationRequested && _end.IsCancellationRequested;

    /// <summary>There is a connection: from now on the time is exact.</summary>
    /// <returns>False when no time is left.</returns>
    public bool TryStart()
    {
        if (IsInfinite)
            return true;
        var left = Timeout - TimeProvider.System.GetElapsedTime(_since);
        if (left > TimeSpan.Zero)
            _end.CancelAfter(left);
        else
            _end.Cancel();
        return left > TimeSpan.Zero;
    }

    public void ThrowIfCancelledByCaller() => _caller.ThrowIfCancellationRequested();

    public void Dispose() => _end.Dispose();

    private bool IsInfinite => Timeout == System.Threading.Timeout.InfiniteTimeSpan || Timeout > LongestTimer;
}
