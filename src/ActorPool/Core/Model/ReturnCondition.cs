namespace ActorPool.Core.Model;

/// <summary>The condition in which a borrower returned the driver's connection.</summary>
internal enum ReturnCondition : byte
{
    /// <summary>Idle, outside a transaction.</summary>
    Clean,

    /// <summary>As it was lent: no command ran, and the full reset that was to be sent with the first one is still due.</summary>
    ResetPending,

    /// <summary>In a transaction, open or failed.</summary>
    InTransaction,

    /// <summary>Still in use.</summary>
    Unusable,

    /// <summary>Its borrower, or a library on its behalf, closed the driver's connection.</summary>
    ClosedWhileLent,

    /// <summary>The server or the network failed, or the session can no longer be used: the other connections may have the same fault.</summary>
    Broken,
}
