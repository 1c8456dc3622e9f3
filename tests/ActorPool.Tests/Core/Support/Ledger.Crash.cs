namespace ActorPool.Tests.Core.Support;

// What a crash of the shell leaves: leases and connections, but no waiting request, and no memory of keys.
internal sealed partial class Ledger
{
    private static readonly object Stranger = new();

    private TimeSpan _crashedAt;

    /// <summary>Every waiting request is answered; the watched borrowers have nothing that the crashed state noted.</summary>
    public void CrashBegins(TimeSpan now)
    {
        _crashedAt = now;
        foreach (var waiter in Waiting)
            waiter.Cancelled = true;
        Waiting.Clear();
        foreach (var statement in Told)
            statement.Gone = true;
        Told.Clear();
        _paces.Clear();
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
            if ((!slot.IsLent && slot.Batch is null) || !settings.DiscardOnKeyChange)
                slot.Users.Add(Stranger);
            if (slot.IsLent || slot.Batch is not null)
            {
                var user = (slot.Batch is { } batch ? batch.Key : slot.LentKey) ?? Unkeyed;
                slot.Users.Add(user);
                _lastSlots[user] = slot;
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
