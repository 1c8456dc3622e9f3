namespace ActorPool.Core;

/// <summary>
/// Never a dead connection to a borrower. Its socket shows a backend's end without a round trip; where that cannot be seen,
/// or where something stands there, a round trip proves it. One failure makes all idle ones suspect: they are proven together,
/// so that any number of dead ones costs the time of one round trip.
/// </summary>
internal sealed partial class PoolState
{
    /// <summary>Whoever waits does not count on an open or a round trip that takes longer; another is started beside it.</summary>
    internal static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the sockets of idle connections are looked at while nobody borrows.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const ConnectionWork OfReset = ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.FullReset;

    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan BlindFor = TimeSpan.FromMilliseconds(500);

    private TimeSpan _nextLook = TimeSpan.MaxValue;
    private int _slowOpens;
    private int _slowWorks;

    private bool MustValidate(Slot slot, TimeSpan now)
    {
        if (IsLongUnheard(slot, now))
            return true;
        var unheard = now - slot.HeardAt;
        return unheard >= FreshFor && _look(slot) switch
        {
            SocketState.Silent => false,
            SocketState.Readable => true,
            _ => unheard > BlindFor,
        };
    }

    private bool IsLongUnheard(Slot slot, TimeSpan now) =>
        _settings.ValidateAfterIdle >= TimeSpan.Zero && now - slot.HeardAt > _settings.ValidateAfterIdle;

    /// <summary>Its borrower may not have noticed the end of the backend, when it ran no command after it.</summary>
    private bool DiedWhileLent(Slot slot, TimeSpan now) =>
        now - slot.LentAt >= FreshFor && _look(slot) == SocketState.Readable;

    /// <summary>Proves all idle connections, each for itself and all at the same time.</summary>
    private void ValidateIdle(TimeSpan now)
    {
        if (Phase != PoolPhase.Running)
            return;
        foreach (var slot in _slots)
        {
            if (slot.State == SlotState.Idle && now - slot.HeardAt >= FreshFor)
                Validate(slot, now);
        }
    }

    /// <summary>Tests an idle connection. In the synchronous way it keeps its place meanwhile, as a connection under reset does.</summary>
    private void Validate(Slot slot, TimeSpan now)
    {
        StartWork(slot, ConnectionWork.Validate, now);
        KeepPlace(slot);
    }

    private void WakeForLook(TimeSpan now)
    {
        if (_nextLook == TimeSpan.MaxValue)
            _nextLook = now + LookEvery;
        WakeBy(_nextLook);
    }

    private void LookAtIdle(TimeSpan now)
    {
        if (now < _nextLook)
            return;
        var seen = false;
        foreach (var slot in _slots)
        {
            if (slot.State != SlotState.Idle)
                continue;
            var look = _look(slot);
            seen |= look != SocketState.Unknown;
            if (look == SocketState.Readable)
                Validate(slot, now);
        }

        _nextLook = seen ? now + LookEvery : TimeSpan.MaxValue;
    }

    private void Begin(Slot slot, TimeSpan now)
    {
        slot.StartedAt = now;
        if (!Synchronous)
            WakeBy(now + SlowAfter);
    }

    /// <summary>In the synchronous way nothing is raced: there is no connection more than the calls ask for, as in psycopg2's pool.</summary>
    private void FindSlow(TimeSpan now)
    {
        if (Synchronous)
            return;
        foreach (var slot in _slots)
        {
            if (slot.IsSlow || now - slot.StartedAt < SlowAfter || slot.PreparingFor is not null)
                continue;
            if (slot.State == SlotState.Opening)
                _slowOpens++;
            else if (slot.State is SlotState.Resetting or SlotState.Validating)
                _slowWorks++;
            else
                continue;
            slot.IsSlow = true;
        }
    }

    /// <summary>To be called before the slot leaves its state.</summary>
    private void EndSlowness(Slot slot)
    {
        if (!slot.IsSlow)
            return;
        slot.IsSlow = false;
        if (slot.State == SlotState.Opening)
            _slowOpens--;
        else
            _slowWorks--;
    }
}
