using ActorPool.Core.Model;

namespace ActorPool.Core;

/// <summary>The kinds of <see cref="Effect"/>.</summary>
internal enum EffectKind : byte
{
    /// <summary>Lend the slot's connection to the waiter, which is claimed: a new lease.</summary>
    Grant,

    /// <summary>Give the slot's present lease to another waiter of the same key, which is claimed.</summary>
    Join,

    /// <summary>Answer the waiter with the error of <see cref="Effect.Refusal"/>.</summary>
    Refuse,

    /// <summary>Run the slot's batch; its statements are claimed.</summary>
    Run,

    /// <summary>Ask the server to cancel the statement with the index <see cref="Effect.Index"/> in the slot's batch, if it still runs.</summary>
    CancelStatement,

    /// <summary>The time of the waiter, a statement that was sent, is over: answer that its outcome is unknown.</summary>
    Late,

    /// <summary>The pool is closed before the connection of a statement has reported its end: answer that its outcome is unknown.</summary>
    Unanswered,

    /// <summary>Open a connection in the slot.</summary>
    Open,

    /// <summary>Do <see cref="Effect.Work"/> on a connection that is not lent.</summary>
    Work,

    /// <summary>Close an idle connection.</summary>
    Close,

    /// <summary>Close a connection that may be opening or busy: cancel what runs at the server, then close the socket.</summary>
    Abort,

    /// <summary>The slot's lease is over for the reason <see cref="Effect.End"/>, other than a return.</summary>
    EndLease,

    /// <summary>The borrower has no lease and no waiting request left.</summary>
    Unwatch,

    /// <summary>The pool is ready.</summary>
    Started,

    /// <summary>The start failed with <see cref="Effect.Cause"/>; every connection is closed.</summary>
    StartFailed,

    /// <summary>A lease has been held for longer than <c>leak-warning-after</c>.</summary>
    LeakWarning,

    /// <summary>All connections are lent, requests wait and no lease is returned: a garbage collection may find forgotten leases.</summary>
    Collect,

    /// <summary>The pool closes: its connections need not wait for opens that hang, since none takes their place.</summary>
    LastClosing,

    /// <summary>The pool is closed and every connection is gone.</summary>
    AllClosed,
}

/// <summary>A decision of the core, which the shell carries out.</summary>
internal readonly record struct Effect(EffectKind Kind)
{
    public Waiter? Waiter { get; init; }

    public Slot? Slot { get; init; }

    public Borrower? Borrower { get; init; }

    /// <summary>What to do; for an <see cref="EffectKind.Abort"/>, the work that took too long.</summary>
    public ConnectionWork Work { get; init; }

    /// <summary>The shell's name for the backend that <see cref="ConnectionWork.Terminate"/> is to end.</summary>
    public object? Backend { get; init; }

    /// <summary>For a <see cref="EffectKind.CancelStatement"/>: which statement of the batch.</summary>
    public int Index { get; init; }

    public Refusal Refusal { get; init; }

    public LeaseEnd End { get; init; }

    public Exception? Cause { get; init; }

    /// <summary>For a <see cref="EffectKind.Refuse"/>: why there was no connection for the request.</summary>
    public Shortage? Why { get; init; }
}
