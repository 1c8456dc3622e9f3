namespace ActorPool.Demo.Accounts;

/// <summary>The bank's counters. Written by the bank and its bookkeeper, read from any thread.</summary>
internal sealed class BankBooks
{
    private long _made;
    private long _declined;
    private long _failed;
    private string? _firstFailure;
    private long _sums;
    private long _wrongSums;
    private string? _firstWrongSum;
    private bool _isRushHour;

    public long Made => Volatile.Read(ref _made);

    public long Declined => Volatile.Read(ref _declined);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Why the first transfer failed; null when none did.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>How often all balances were added up.</summary>
    public long Sums => Volatile.Read(ref _sums);

    /// <summary>The part of <see cref="Sums"/> that was not the sum of the start.</summary>
    public long WrongSums => Volatile.Read(ref _wrongSums);

    /// <summary>The first wrong sum; null when there was none.</summary>
    public string? FirstWrongSum => Volatile.Read(ref _firstWrongSum);

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

    /// <param name="wrong">Why it is wrong; null when it is right.</param>
    public void CountSum(string? wrong)
    {
        Interlocked.Increment(ref _sums);
        if (wrong is null)
            return;
        Interlocked.Increment(ref _wrongSums);
        Interlocked.CompareExchange(ref _firstWrongSum, wrong, null);
    }
}
