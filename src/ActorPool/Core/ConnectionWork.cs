namespace ActorPool.Core;

/// <summary>What a connection does for the pool between two leases. Done in the order in which it stands here.</summary>
[Flags]
internal enum ConnectionWork : byte
{
    None = 0,

    /// <summary>End the transaction that was left open.</summary>
    Rollback = 1,

    /// <summary>The user's <see cref="PoolSettings.OnReturn"/>.</summary>
    OnReturn = 2,

    /// <summary>The full reset: the session becomes a new one. It rolls back as well.</summary>
    FullReset = 4,

    /// <summary>Prove that the connection is alive.</summary>
    Validate = 8,

    /// <summary>The user's <see cref="PoolSettings.Check"/>.</summary>
    Check = 16,

    /// <summary>The user's <see cref="PoolSettings.InitializeSession"/>, for the key of <see cref="Slot.PreparingFor"/>.</summary>
    Initialize = 32,

    /// <summary>Terminate the backend of another slot that takes no notice of being ended.</summary>
    Terminate = 64,
}
