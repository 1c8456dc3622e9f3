using ActorPool.Core.Health;
using ActorPool.Core.Model;

namespace ActorPool.Core;

// Testing idle connections, and giving up stuck resets when a request needs their places.
internal sealed partial class PoolState
{
    // The last sweep found a stuck reset, and no request that needed its place.
    private bool _isStuck;

    /// <summary>Validates all idle connections at the same time: one was found dead, and the others may be.</summary>
    private void ValidateIdle(TimeSpan now)
    {
        if (Phase != PoolPhase.Running)
            return;
        foreach (var slot in _slots.All)
        {
            if (slot.State == SlotState.Idle && !WhenToTest.IsFresh(slot, now))
                Validate(slot, now);
        }
    }

    private void Validate(Slot slot, TimeSpan now) => StartWork(slot, ConnectionWork.Validate, now, keepsPlace: true);

    private void TestIdle(TimeSpan now)
    {
        foreach (var slot in _whenToTest.TakeReadable(_slots.All, now))
            Validate(slot, now);
        foreach (var slot in _whenToTest.TakeDue(_slots.All, now))
            Validate(slot, now);
    }

    private void WakeForTests(TimeSpan now)
    {
        if (_whenToTest.AreTestsHeldBack)
            _alarm.By(now);
    }

    /// <summary>Gives up stuck resets, but only while waiting requests need their places. False when none was given up.</summary>
    private bool GiveUpStuck(TimeSpan now)
    {
        var any = false;
        foreach (var slot in _slots.All)
        {
            if (slot.State != SlotState.Resetting || now < _whenToTest.StuckAt(slot))
                continue;
            _isStuck = !NeedsPlace;
            if (_isStuck)
                break;
            any = true;
            Abort(slot, CloseReason.Lost, slot.Operation!.Work);
            ValidateIdle(now);
        }

        return any;
    }

    /// <summary>
    /// The pool is full, and more requests wait than the operations in flight will serve. Closes do not count, since a close may hang as well.
    /// In a synchronous pool no operation is marked as slow, so its round trips do not count either.
    /// </summary>
    private bool NeedsPlace =>
        IsLending && !_size.HasRoom
        && _waiting.Demand > _slots.InFlight.SoonOpen + (_policy.IsSynchronous ? 0 : _slots.InFlight.SoonReady);
}
