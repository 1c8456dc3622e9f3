namespace ActorPool.Core;

/// <summary>
/// Leases that were forgotten are found by the garbage collector, which does not run in a process that does nothing else. A pool that is starved
/// by them asks for it.
/// </summary>
internal sealed partial class PoolState
{
    /// <summary>For so long everything is lent, the oldest request waits and no connection was lent anew.</summary>
    internal static readonly TimeSpan StarvedAfter = TimeSpan.FromSeconds(5);

    /// <summary>A garbage collection stops the application for a moment.</summary>
    internal static readonly TimeSpan CollectAtMostEvery = TimeSpan.FromMinutes(1);

    private TimeSpan _collectAgainAt = TimeSpan.MinValue;
    private bool _isSweeping;

    private void CollectWhenStarved(TimeSpan now)
    {
        // The leases of actors are taken back when they die: those need no garbage collection.
        if (!IsStarved || now < StarvedAt || !_slots.Exists(slot => slot.HasUnwatchedHolder))
            return;
        _collectAgainAt = now + CollectAtMostEvery;
        Effects.Add(new Effect(EffectKind.Collect));
    }

    private bool IsStarved =>
        _settings.CollectWhenStarved && Phase == PoolPhase.Running && !IsPaused
        && _queue.Count > 0 && _lent.Count >= _settings.MaxConnections;

    // Each return would have served a waiting request, with a new lease.
    private TimeSpan StarvedAt => Later(Later(_queue.First!.Since, _lent.Last!.LentAt) + StarvedAfter, _collectAgainAt);

    private void WakeForStarvation()
    {
        // A sweep looks at its end.
        if (!_isSweeping && IsStarved && StarvedAt < _wakeAt)
            WakeBy(StarvedAt);
    }

    private TimeSpan NextCollection(TimeSpan now)
    {
        if (!_settings.CollectWhenStarved || _queue.Count == 0)
            return TimeSpan.MaxValue;
        return IsStarved && StarvedAt > now ? StarvedAt : Later(now + StarvedAfter, _collectAgainAt);
    }
}
