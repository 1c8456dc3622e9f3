using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core.Keys;

/// <summary>
/// Same key, same connection: which connection a request gets. In this order:
/// <list type="number">
/// <item>The key is in use: its lease, when keys are shared, or its turn, when they are exclusive (<see cref="PoolState.Get"/>).</item>
/// <item>The key's session, if it is idle (<see cref="Own"/>). If the pool tests it or rolls it back, the request waits for it.</item>
/// <item>An idle connection that belongs to no key.</item>
/// <item>A new connection, while fewer than <c>max-connections</c> exist.</item>
/// <item>The idle session of the key that was used least recently (<see cref="TakeOver"/>).</item>
/// </list>
/// A request without a key starts at the third. With <c>key-affinity = while-held</c> no idle session belongs to a key.
/// </summary>
internal sealed class ConnectionForKey(PoolPolicy policy, IdleConnections idle)
{
    /// <summary>
    /// The idle connection that a request prefers, the second and third of the order; null when there is none. In a pool that does not wait for
    /// others the connection may still be resetting.
    /// </summary>
    /// <param name="key">Null for unkeyed use.</param>
    /// <param name="offered">A connection that has just become idle; one that nobody has used since its reset belongs to every key.</param>
    public Slot? Preferred(KeyEntry? key, Slot? offered)
    {
        if (Own(key) is { } own)
            return own;
        if (IsOwnBusy(key))
            return null;
        return idle.Next ?? (offered is { State: SlotState.Idle, Session.IsUsed: false } ? offered : null);
    }

    /// <summary>The key's idle session, or the connection that it had before the reset on return.</summary>
    public Slot? Own(KeyEntry? key) =>
        policy.IsSticky && key?.LastSlot is { State: SlotState.Idle } slot && (key.IsLastSession(slot) || ReferenceEquals(slot.Session.Owner, key)) ? slot : null;

    /// <summary>
    /// The pool tests or rolls back the key's session. That takes a moment, and the request waits for it rather than lose the session; not when
    /// the operation is slow.
    /// </summary>
    public bool IsOwnBusy(KeyEntry? key) =>
        policy is { IsSticky: true, IsSynchronous: false }
        && key?.LastSlot is { Operation: { IsSlow: false, InitializesFor: null } operation, State: not SlotState.Opening } slot
        && key.IsLastSession(slot) && !operation.Work.Has(ConnectionWork.FullReset);

    /// <summary>The last of the order: the session of another key.</summary>
    public Slot? TakeOver => idle.LeastRecentlyOwned;
}
