namespace ActorPool.Core.Model;

/// <summary>Arithmetic of moments and spans in which <see cref="TimeSpan.MaxValue"/> means never.</summary>
internal static class Time
{
    public static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>The earlier one, where null stands for none.</summary>
    public static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    public static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    public static TimeSpan After(TimeSpan start, TimeSpan span) => span < TimeSpan.MaxValue - start ? start + span : TimeSpan.MaxValue;
}
