namespace ActorPool.Core;

/// <summary>Something the core decided and its driver has to carry out.</summary>
internal enum EffectKind : byte
{
    /// <summary>Give the slot's connection to the waiter, who was claimed: a new lease.</summary>
    Grant,

    /// <summary>Give the slot's present lease to one more waiter of the same key, who was claimed.</summary>
    Join,

    /// <summary>Answer the waiter with <see cref="Effect.Kind"/>'s error.</summary>
    Refuse,

    /// <summary>Open a connection in the slot.</summary>
    Open,

    /// <summary>Do <see cref="Effect.Work"/> on a connection that nobody has.</summary>
    Work,

    /// <summary>Close an idle connection.</summary>
    Close,

    /// <summary>Close a connection that may be opening or busy: end what runs at the server, then cut.</summary>
    Abort,

    /// <summary>The slot's lease is over for the reason <see cref="Effect.End"/>, without its borrower's doing.</summary>
    EndLease,

    /// <summary>The borrower has nothing of the pool any more.</summary>
    Unwatch,

    /// <summary>The pool is ready.</summary>
    Started,

    /// <summary>The start failed with <see cref="Effect.Cause"/>; every connection is gone again.</summary>
    StartFailed,

    /// <summary>A lease has been held for longer than <c>leak-warning-after</c>.</summary>
    LeakWarning,

    /// <summary>Everything is lent, requests wait and nothing comes back: a garbage collection may find forgotten leases.</summary>
    Collect,

    /// <summary>The pool is over: no connection takes the place of one that does not end.</summary>
    LastClosing,

    /// <summary>The pool is closed and every connection is gone.</summary>
    AllClosed,
}

internal readonly record struct Effect(EffectKind Kind)
{
    public Waiter? Waiter { get; init; }

    public Slot? Slot { get; init; }

    public Borrower? Borrower { get; init; }

    /// <summary>What to do; of an <see cref="EffectKind.Abort"/>, what took too long.</summary>
    public ConnectionWork Work { get; init; }

    /// <summary>What the driver called the backend that <see cref="ConnectionWork.Terminate"/> is to end.</summary>
    public object? Backend { get; init; }

    public PoolErrorKind Error { get; init; }

    public LeaseEnd End { get; init; }

    public Exception? Cause { get; init; }

    /// <summary>Of a <see cref="EffectKind.Refuse"/>: what stood between the request and a connection.</summary>
    public Shortage? Why { get; init; }
}

/// <summary>Why a lease is over.</summary>
internal enum LeaseEnd : byte
{
    /// <summary>It is not over.</summary>
    None,
    Returned,
    BorrowerDied,
    HeldTooLong,

    /// <summary>It was sent to an actor that did not take it.</summary>
    Undelivered,
    Forgotten,
    PoolClosed,
    ConnectionLost,

    /// <summary>A reader with <c>CommandBehavior.CloseConnection</c> was closed. As good as a return.</summary>
    ReaderClosed,
}
