namespace ActorPool.Demo.Sessions;

/// <summary>The counters of the keyed sessions.</summary>
internal sealed class SessionBooks
{
    private long _kept;
    private long _anew;
    private long _failed;
    private string? _firstFailure;

    /// <summary>Visits that found their session, with all their items.</summary>
    public long Kept => Volatile.Read(ref _kept);

    /// <summary>Visits that got an empty session.</summary>
    public long Anew => Volatile.Read(ref _anew);

    /// <summary>Visits that found other items than they left, or got no connection.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>The error of the first one; null when there was none.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    public void Count(bool isKept) => Interlocked.Increment(ref isKept ? ref _kept : ref _anew);

    public void CountFailed(string reason)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _firstFailure, reason, null);
    }
}
