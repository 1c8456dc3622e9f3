namespace ActorPool.Tests.Core.Support;

// What a crash of the shell leaves: leases and connections, but no waiting request, and no memory of keys.
internal sealed partial class Ledger
{
    private static readonly object Stranger = new();

    /// <summary>Every waiting request is answered; the watched borrowers have nothing that the crashed state noted.</summary>
    public void CrashBegins()
    {
        foreach (var waiter in Waiting)
            waiter.Cancelled = true;
        Waiting.Clear();
        foreach (var borrower in _watched)
        {
            borrower.Waiters.Clear();
            borrower.Slots.Clear();
        }

        OpensAgain();
        _lastSlots.Clear();
        foreach (var slot in Slots)
        {
            slot.Crashed = true;
            slot.InitializedFor = null;
            slot.Users.Clear();
            if (!slot.IsLent || !settings.DiscardOnKeyChange)
                slot.Users.Add(Stranger);
            if (slot.IsLent)
            {
                slot.Users.Add(slot.LentKey ?? Unkeyed);
                _lastSlots[slot.LentKey ?? Unkeyed] = slot;
            }
            else
            {
                slot.LastUser = null;
            }
        }
    }

    /// <summary>The new driver watches only those who still have something.</summary>
    public void CrashEnds()
    {
        foreach (var borrower in _watched.Where(borrower => borrower.HasNothing))
            _unwatched.Add(borrower);
    }
}
