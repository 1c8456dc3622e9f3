using ActorPool.Core.Model;

namespace ActorPool.Core.Keys;

/// <summary>
/// The sessions: which key each belongs to, and whether it is new for a borrower. Writes every <see cref="Session"/> and what a key remembers
/// of its sessions.
/// </summary>
internal static class Sessions
{
    /// <summary>
    /// Whether a session is new for a borrower. With a key: that key has left nothing in the session. Without a key: no borrower has.
    /// </summary>
    public static bool IsNewFor(KeyEntry? key, Slot slot) =>
        !slot.Session.IsUsed || (key is not null && (!key.Knows(slot) || ReferenceEquals(slot.Session.InitializedFor, key)));

    /// <summary>Begins a new session that belongs to no key: after an open, or after a reset for another borrower.</summary>
    public static void Begin(Slot slot)
    {
        BeginForOwner(slot);
        slot.Session.Owner = null;
    }

    /// <summary>Begins a new session that its key still prefers, although nothing of the key's state is left in it.</summary>
    public static void BeginForOwner(Slot slot)
    {
        slot.Session.Id++;
        slot.Session.IsUsed = false;
        slot.Session.InitializedFor = null;
    }

    /// <summary>A reset for another borrower ends the preference of the session's key; a reset on return does not.</summary>
    public static void Disown(Slot slot) => slot.Session.Owner = null;

    /// <summary>A borrower uses the session, with this key or without one.</summary>
    public static void Use(Slot slot, KeyEntry? key)
    {
        var session = slot.Session;
        if (session.InitializedFor is { } other && !ReferenceEquals(other, key))
            other.Unlearn(slot);
        session.InitializedFor = null;
        session.IsUsed = true;
        session.Owner = key;
        session.IsResetPending = false;
        key?.Learn(slot);
    }

    /// <summary>The lease did not reach its borrower: its session counts as new again.</summary>
    public static void Unuse(Slot slot, KeyEntry? key)
    {
        slot.Session.IsUsed = key is not null;
        slot.Session.InitializedFor = key;
    }

    public static void BeginInitialization(Slot slot, KeyEntry key)
    {
        Use(slot, key);
        key.InitializingOn = slot;
    }

    public static void EndInitialization(KeyEntry key) => key.InitializingOn = null;

    public static void Initialized(Slot slot, KeyEntry key) => slot.Session.InitializedFor = key;

    /// <summary>Notes whether the full reset is to be sent with the next command.</summary>
    public static void SetResetPending(Slot slot, bool isPending) => slot.Session.IsResetPending = isPending;

    /// <summary>After a crash: the session belongs to no key.</summary>
    public static void Detach(Slot slot) =>
        (slot.Session.Owner, slot.Session.InitializedFor, slot.Session.IsResetPending) = (null, null, false);

    /// <summary>After a crash: the session belongs to the key of its lease again. Without a lease its last borrower is unknown.</summary>
    public static void Adopt(Slot slot, KeyEntry? holder)
    {
        slot.Session.IsUsed = true;
        if (holder is null)
            return;
        slot.Session.Owner = holder;
        holder.Learn(slot);
    }

    /// <summary>The room's invariant; null while it holds: a key initializes at most one session, and its slot names the key.</summary>
    public static string? Violation(List<Slot> slots, IEnumerable<KeyEntry> keys)
    {
        foreach (var key in keys)
        {
            if (key.InitializingOn is { } slot && !ReferenceEquals(slot.Operation?.InitializesFor, key))
                return $"slot {slot.Index} does not initialize a session for {key.Key}";
        }

        foreach (var slot in slots)
        {
            if (slot.Operation?.InitializesFor is { } key && !ReferenceEquals(key.InitializingOn, slot))
                return $"slot {slot.Index} initializes a session, and {key.Key} does not wait for it";
            if (slot.Session is { IsUsed: false, InitializedFor: not null })
                return $"slot {slot.Index} has an unused session that is initialized";
        }

        return null;
    }
}
