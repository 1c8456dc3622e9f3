namespace ActorPool.Demo.Accounts;

/// <summary>The bank's counters. Written by the bank alone, read from any thread.</summary>
internal sealed class BankBooks
{
    private long _made;
    private long _declined;
    private long _failed;
    private string? _firstFailure;
    private bool _isRushHour;

    public long Made => Volatile.Read(ref _made);

    public long Declined => Volatile.Read(ref _declined);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Why the first transfer failed; null when none did.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>All accounts transfer at once; else the bank is quiet.</summary>
    public bool IsRushHour
    {
        get => Volatile.Read(ref _isRushHour);
        set => Volatile.Write(ref _isRushHour, value);
    }

    public void CountMade() => Interlocked.Increment(ref _made);

    public void CountDeclined() => Interlocked.Increment(ref _declined);

    public void CountFailed(string reason)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.CompareExchange(ref _firstFailure, reason, null);
    }
}
