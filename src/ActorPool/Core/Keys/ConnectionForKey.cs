using ActorPool.Core.Health;
using ActorPool.Core.Model;
using ActorPool.Core.Slots;

namespace ActorPool.Core.Keys;

/// <summary>
/// Same key, same connection: which connection a request gets, and what must be done to it first. In this order:
/// <list type="number">
/// <item>The key is in use: the key's lease if it and the request are shared and no earlier request waits for the key; else a turn after it.</item>
/// <item>A session is being initialized for the key: the request waits for that one.</item>
/// <item>The key's session, if it is idle. If the pool is testing it or rolling it back, the request waits for it, unless the operation is slow
/// or the pool is synchronous (<c>acquire-timeout = 0s</c>).</item>
/// <item>An idle connection that belongs to no key.</item>
/// <item>A new connection, while fewer than <c>max-connections</c> exist, unless opens fail or are slow.</item>
/// <item>The idle session of the key that was used least recently.</item>
/// </list>
/// A request without a key starts at the fourth. With <c>key-affinity = while-held</c> no idle session belongs to a key. Requests are served in
/// the order of the queue: a new request is served after those that already wait, even if its key's session is idle.
/// </summary>
/// <remarks>
/// This class chooses by the third, fourth and sixth rule. <c>PoolState.Borrow</c> and <c>WaitingRequests</c> apply the first two,
/// <c>PoolState.Serve</c> the last two for the whole queue.
/// </remarks>
/// <param name="policy">The pool's settings.</param>
/// <param name="idle">The idle connections, in their order.</param>
/// <param name="health">Says when a connection must be tested first.</param>
/// <param name="prependReset">Arranges that the full reset is sent with the next command of a connection; false when the driver cannot.</param>
internal sealed class ConnectionForKey(PoolPolicy policy, IdleConnections idle, WhenToTest health, Func<Slot, bool> prependReset)
{
    /// <summary>
    /// The idle connection that a request prefers, by the third and fourth rule; null when there is none. In a synchronous pool
    /// the connection may still be resetting.
    /// </summary>
    /// <param name="key">Null for unkeyed use.</param>
    /// <param name="offered">A connection that has just become idle. If its session is unused, a request of any key may take it.</param>
    public Slot? Preferred(KeyEntry? key, Slot? offered)
    {
        if (IdleSessionOf(key) is { } idleSession)
            return idleSession;
        if (IsKeySessionBusy(key))
            return null;
        return idle.Next ?? (offered is { State: SlotState.Idle, Session.IsUsed: false } ? offered : null);
    }

    /// <summary>
    /// The connection with the key's idle session. With a full reset on every return that session is empty, but the key still prefers its
    /// connection.
    /// </summary>
    public Slot? IdleSessionOf(KeyEntry? key) =>
        policy.IsSticky && key?.LastSlot is { State: SlotState.Idle } slot && (key.IsLastSession(slot) || ReferenceEquals(slot.Session.Owner, key)) ? slot : null;

    /// <summary>
    /// The pool tests or rolls back the key's session. The request waits for that rather than lose the session, unless the operation is
    /// slow.
    /// </summary>
    public bool IsKeySessionBusy(KeyEntry? key) =>
        policy is { IsSticky: true, IsSynchronous: false }
        && key?.LastSlot is { State: not SlotState.Opening, Operation: { IsSlow: false, InitializesFor: null } operation } slot
        && key.IsLastSession(slot) && !operation.Work.Has(ConnectionWork.FullReset);

    /// <summary>The session that is taken from its key by the sixth rule.</summary>
    public Slot? LeastRecentlyOwned => idle.LeastRecentlyOwned;

    /// <summary>
    /// What must be done to an idle connection before it is lent to this key. A session passes from one key to another, or between a key and
    /// unkeyed use, only through a full reset.
    /// </summary>
    public ConnectionWork NeededWork(Slot slot, KeyEntry? key, TimeSpan now)
    {
        var needsReset = policy.ResetOnKeyChange && slot.Session.IsUsed && !ReferenceEquals(slot.Session.Owner, key);
        var work = needsReset ? ConnectionWork.FullReset : ConnectionWork.None;
        // A reset is a round trip too, and shows most dead connections.
        if (needsReset ? health.IsLongUnheard(slot, now) : health.MustValidate(slot, now))
            work |= ConnectionWork.Validate;
        return health.MustCheck(slot, now) ? work | ConnectionWork.Check : work;
    }

    /// <summary>
    /// Whether an idle connection can be lent to this key at once. If it needs only a full reset, was heard recently and its socket is silent,
    /// the reset is sent with the next borrower's first command instead of in a round trip.
    /// </summary>
    public bool TryMakeReady(Slot slot, KeyEntry? key, TimeSpan now)
    {
        var work = NeededWork(slot, key, now);
        if (work != ConnectionWork.FullReset || !TryPrependReset(slot))
            return work == ConnectionWork.None;
        Sessions.Begin(slot);
        return true;
    }

    /// <summary>
    /// Arranges that the full reset is sent with the next command. Not while the socket has something to read: the next borrower would receive
    /// what was sent to the last one.
    /// </summary>
    public bool TryPrependReset(Slot slot)
    {
        var isPending = policy.PrependReset && health.Probe(slot) == SocketState.Silent && prependReset(slot);
        Sessions.SetResetPending(slot, isPending);
        return isPending;
    }

    /// <summary>The user's hook has to initialize the session before this key gets it.</summary>
    public bool NeedsInitialization(Slot slot, KeyEntry? key) =>
        policy.HasInitializeSession && key is not null && !ReferenceEquals(slot.Session.InitializedFor, key) && Sessions.IsNewFor(key, slot);
}
