namespace ActorPool.Core;

/// <summary>When the next attempt to open may be made, after failed ones.</summary>
internal sealed class Backoff(ReconnectBackoff settings, Random random)
{
    private static readonly TimeSpan MostWhileWaiting = TimeSpan.FromSeconds(1);

    private TimeSpan _failedAt;
    private TimeSpan _pause;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>The error of the last attempt; null when that one succeeded.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>The last failure was the user's check on a new connection: only a check that passes makes up for it.</summary>
    public bool FailedByCheck { get; private set; }

    public void Succeeded()
    {
        FailedByCheck = false;
        Failures = 0;
        LastError = null;
    }

    public void Failed(TimeSpan now, Exception error, bool byCheck = false)
    {
        FailedByCheck = byCheck;
        LastError = error;
        // Compared as numbers: the doubled time may be longer than a TimeSpan can say.
        var doubled = settings.Min.Ticks * Math.Pow(2, Math.Min(Failures, 60));
        var pause = doubled < settings.Max.Ticks ? TimeSpan.FromTicks((long)doubled) : settings.Max;
        Failures++;
        _failedAt = now;
        _pause = pause * (1 + settings.Jitter * (2 * random.NextDouble() - 1));
    }

    /// <summary>The moment from which an attempt is allowed.</summary>
    public TimeSpan NextAttempt(bool somebodyWaits)
    {
        if (Failures == 0)
            return TimeSpan.MinValue;
        return _failedAt + (somebodyWaits && _pause > MostWhileWaiting ? MostWhileWaiting : _pause);
    }
}
