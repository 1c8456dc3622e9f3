namespace ActorPool.Core.Model;

/// <summary>When the pool has to be woken; any room may ask for an earlier moment.</summary>
internal sealed class Alarm
{
    /// <summary><see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan At { get; private set; } = TimeSpan.MaxValue;

    public void By(TimeSpan time) => At = Time.Earlier(At, time);

    /// <summary>The pool is awake.</summary>
    public void Clear() => At = TimeSpan.MaxValue;
}
