using ActorPool.Core.Model;

namespace ActorPool.Core.Keys;

/// <summary>
/// The sessions: which key a session belongs to, whether a borrower finds it new, and when a full reset or the user's initialization is due.
/// Writes every <see cref="Session"/> and what keys remember of them.
/// </summary>
/// <param name="policy">The pool's settings.</param>
/// <param name="prependReset">Has the full reset sent with the next command of a connection; false when the driver cannot.</param>
internal sealed class Sessions(PoolPolicy policy, Func<Slot, bool> prependReset)
{
    /// <summary>
    /// Whether a borrower finds nothing of its own in the session: with a key, nothing of that key's; without one, nothing of any borrower's.
    /// </summary>
    public static bool IsNewFor(KeyEntry? key, Slot slot) =>
        !slot.Session.IsUsed || (key is not null && (!key.Knows(slot) || ReferenceEquals(slot.Session.InitializedFor, key)));

    /// <summary>A session passes from one key to another, or between a key and unkeyed use, only through a full reset.</summary>
    public bool NeedsReset(Slot slot, KeyEntry? key) =>
        policy.ResetOnKeyChange && slot.Session.IsUsed && !ReferenceEquals(slot.Session.Owner, key);

    /// <summary>The user's hook has to run before this key gets the session.</summary>
    public bool NeedsInitialization(Slot slot, KeyEntry? key) =>
        policy.HasInitializeSession && key is not null && !ReferenceEquals(slot.Session.InitializedFor, key) && IsNewFor(key, slot);

    /// <summary>A new session, of no key: after an open, or after a reset for another user.</summary>
    public static void Begin(Slot slot)
    {
        BeginForOwner(slot);
        slot.Session.Owner = null;
    }

    /// <summary>A new session that its key still prefers, although nothing of the key's state is left in it.</summary>
    public static void BeginForOwner(Slot slot)
    {
        slot.Session.Id++;
        slot.Session.IsUsed = false;
        slot.Session.InitializedFor = null;
    }

    /// <summary>After a return whose full reset is still due. With a reset on every return the key keeps its preference.</summary>
    public void BeginAfterReturn(Slot slot)
    {
        if (policy.ResetOnReturn)
            BeginForOwner(slot);
        else
            Begin(slot);
    }

    /// <summary>A reset for another user ends the preference of the key that had the session; a reset on return does not.</summary>
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

    /// <summary>The lease did not reach its borrower: its session is as new as it was before.</summary>
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

    /// <summary>
    /// Has the full reset sent with the next command. Not while the socket has something to read: the next user would get what was sent to the
    /// last one.
    /// </summary>
    public bool TryPrependReset(Slot slot, SocketState socket) =>
        policy.PrependReset && socket == SocketState.Silent && (slot.Session.IsResetPending = prependReset(slot));

    /// <summary>The reset is done, or is made in a round trip.</summary>
    public static void ResetIsDue(Slot slot, bool isPending) => slot.Session.IsResetPending = isPending;

    /// <summary>After a crash: no key has the session.</summary>
    public static void Detach(Slot slot) =>
        (slot.Session.Owner, slot.Session.InitializedFor, slot.Session.IsResetPending) = (null, null, false);

    /// <summary>After a crash: the key of the lease has the session again; without a lease, who used it is unknown.</summary>
    public static void Adopt(Slot slot, KeyEntry? holder)
    {
        slot.Session.IsUsed = true;
        if (holder is null)
            return;
        slot.Session.Owner = holder;
        holder.Learn(slot);
    }

    /// <summary>Null while the room is sound: a key initializes one session at most, and that slot says so too.</summary>
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
