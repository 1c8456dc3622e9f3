using ActorPool.Core.Model;

namespace ActorPool.Core.Slots;

/// <summary>When the next attempt to open may be made, after failed ones.</summary>
internal sealed class Backoff(BackoffPolicy policy, Random random)
{
    private static readonly TimeSpan MostWhileWaiting = TimeSpan.FromSeconds(1);

    // A restarting server is back within moments, and waiting requests should be served as soon as it is. So the next attempt follows after a
    // tenth of the downtime so far.
    private static readonly TimeSpan LeastWhileAway = TimeSpan.FromMilliseconds(5);

    private TimeSpan _failedAt;
    private TimeSpan _pause;
    private TimeSpan _mostWhileWaiting;
    private TimeSpan _doubledAt;
    private int _doublings;
    private TimeSpan? _awaySince;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>The error of the last attempt; null when that one succeeded.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>The last failure was the user's check on a new connection: only a check that passes ends the failure.</summary>
    public bool FailedByCheck { get; private set; }

    public void Succeeded()
    {
        FailedByCheck = false;
        Failures = 0;
        _doublings = 0;
        _awaySince = null;
        LastError = null;
    }

    public void Failed(TimeSpan now, Exception error, ConnectFailure failure = ConnectFailure.Other, bool byCheck = false)
    {
        FailedByCheck = byCheck;
        LastError = error;
        // Compared as numbers: the doubled time may be longer than a TimeSpan can hold.
        var doubled = policy.Min.Ticks * Math.Pow(2, Math.Min(Doublings(failure, now), 60));
        var pause = doubled < policy.Max.Ticks ? TimeSpan.FromTicks((long)doubled) : policy.Max;
        Failures++;
        // No open was tried for a long time: the server may have been back meanwhile.
        if ((now - _failedAt) / 2 > policy.Max)
            _awaySince = null;
        _failedAt = now;
        var jitter = 1 + policy.Jitter * (2 * random.NextDouble() - 1);
        _pause = pause * jitter;
        _mostWhileWaiting = Time.Earlier(jitter * WhileWaiting(failure, now), MostWhileWaiting);
    }

    /// <summary>The earliest time of the next attempt.</summary>
    public TimeSpan NextAttempt(bool isWaitedFor)
    {
        if (Failures == 0)
            return TimeSpan.MinValue;
        return _failedAt + (isWaitedFor ? Time.Earlier(_pause, _mostWhileWaiting) : _pause);
    }

    private static bool IsAway(ConnectFailure failure) => failure is ConnectFailure.Refused or ConnectFailure.StartingUp;

    /// <summary>How often the pause has doubled. A server that is away is tried more often; only an attempt after a whole pause doubles it.</summary>
    private int Doublings(ConnectFailure failure, TimeSpan now)
    {
        if (Failures > 0 && IsAway(failure) && now - _doubledAt < _pause)
            return _doublings;
        if (Failures > 0)
            _doublings++;
        _doubledAt = now;
        return _doublings;
    }

    private TimeSpan WhileWaiting(ConnectFailure failure, TimeSpan now)
    {
        if (!IsAway(failure))
            return MostWhileWaiting;
        _awaySince ??= now;
        var pause = (now - _awaySince.Value) / 10;
        return pause < LeastWhileAway ? LeastWhileAway : pause;
    }
}
