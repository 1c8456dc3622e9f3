using ActorPool.Core.Model;

namespace ActorPool.Core;

/// <summary>The kinds of <see cref="Effect"/>.</summary>
internal enum EffectKind : byte
{
    /// <summary>Give the slot's connection to the waiter, which was claimed: a new lease.</summary>
    Grant,

    /// <summary>Give the slot's present lease to one more waiter of the same key, which was claimed.</summary>
    Join,

    /// <summary>Answer the waiter with the error of <see cref="Effect.Refusal"/>.</summary>
    Refuse,

    /// <summary>Open a connection in the slot.</summary>
    Open,

    /// <summary>Do <see cref="Effect.Work"/> on a connection that is not lent.</summary>
    Work,

    /// <summary>Close an idle connection.</summary>
    Close,

    /// <summary>Close a connection that may be opening or busy: end what runs at the server, then cut.</summary>
    Abort,

    /// <summary>The slot's lease is over for the reason <see cref="Effect.End"/>, against its borrower's will.</summary>
    EndLease,

    /// <summary>The borrower has no lease and no waiting request left.</summary>
    Unwatch,

    /// <summary>The pool is ready.</summary>
    Started,

    /// <summary>The start failed with <see cref="Effect.Cause"/>; every connection is gone again.</summary>
    StartFailed,

    /// <summary>A lease has been held for longer than <c>leak-warning-after</c>.</summary>
    LeakWarning,

    /// <summary>Everything is lent, requests wait and no lease comes back: a garbage collection may find forgotten ones.</summary>
    Collect,

    /// <summary>The pool ends: no connection takes the place of one that does not exit.</summary>
    LastClosing,

    /// <summary>The pool is closed and every connection is gone.</summary>
    AllClosed,
}

/// <summary>Something the core decided and the shell has to carry out.</summary>
internal readonly record struct Effect(EffectKind Kind)
{
    public Waiter? Waiter { get; init; }

    public Slot? Slot { get; init; }

    public Borrower? Borrower { get; init; }

    /// <summary>What to do; of an <see cref="EffectKind.Abort"/>, what took too long.</summary>
    public ConnectionWork Work { get; init; }

    /// <summary>The shell's name for the backend that <see cref="ConnectionWork.Terminate"/> is to end.</summary>
    public object? Backend { get; init; }

    public Refusal Refusal { get; init; }

    public LeaseEnd End { get; init; }

    public Exception? Cause { get; init; }

    /// <summary>Of a <see cref="EffectKind.Refuse"/>: what stood between the request and a connection.</summary>
    public Shortage? Why { get; init; }
}
