namespace ActorPool.Core;

/// <summary>When the next attempt to open may be made, after failed ones.</summary>
internal sealed class Backoff(ReconnectBackoff settings, Random random)
{
    private static readonly TimeSpan MostWhileWaiting = TimeSpan.FromSeconds(1);

    // A server that is being restarted is back within moments, and those who wait are to be served in the first of them.
    private static readonly TimeSpan Restart = TimeSpan.FromMilliseconds(20);

    private TimeSpan _failedAt;
    private TimeSpan _pause;
    private TimeSpan _mostWhileWaiting;
    private int _startingUp;

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
        _startingUp = 0;
        LastError = null;
    }

    public void Failed(TimeSpan now, Exception error, ConnectFailure failure = ConnectFailure.Other, bool byCheck = false)
    {
        FailedByCheck = byCheck;
        LastError = error;
        // Several attempts that were under way together are one.
        if (failure != ConnectFailure.StartingUp)
            _startingUp = 0;
        else if (_startingUp == 0 || now >= NextAttempt(true))
            _startingUp++;
        // Compared as numbers: the doubled time may be longer than a TimeSpan can say.
        var doubled = settings.Min.Ticks * Math.Pow(2, Math.Min(Failures, 60));
        var pause = doubled < settings.Max.Ticks ? TimeSpan.FromTicks((long)doubled) : settings.Max;
        Failures++;
        _failedAt = now;
        var jitter = 1 + settings.Jitter * (2 * random.NextDouble() - 1);
        _pause = pause * jitter;
        _mostWhileWaiting = failure switch
        {
            // Costs the server nothing: there is none.
            ConnectFailure.Refused => Restart * jitter,
            // Costs it a process each time.
            ConnectFailure.StartingUp => Least(MostWhileWaiting, Restart * Math.Pow(2, Math.Min(_startingUp - 1, 10)) * jitter),
            _ => MostWhileWaiting,
        };
    }

    /// <summary>The moment from which an attempt is allowed.</summary>
    public TimeSpan NextAttempt(bool somebodyWaits)
    {
        if (Failures == 0)
            return TimeSpan.MinValue;
        return _failedAt + (somebodyWaits ? Least(_pause, _mostWhileWaiting) : _pause);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
