namespace ActorPool.Core.Model;

/// <summary>Why a lease is over.</summary>
internal enum LeaseEnd : byte
{
    /// <summary>It is not over.</summary>
    None,
    Returned,
    BorrowerDied,
    HeldTooLong,

    /// <summary>It was sent to an actor that did not receive it.</summary>
    Undelivered,

    /// <summary>The garbage collector found it.</summary>
    Forgotten,
    PoolClosed,
    ConnectionLost,

    /// <summary>A reader with <c>CommandBehavior.CloseConnection</c> was closed, which counts as a return.</summary>
    ReaderClosed,
}
