namespace ActorPool.Core.Model;

/// <summary>What a connection does for the pool between two leases: a validation first, then the rest in the order of this list.</summary>
[Flags]
internal enum ConnectionWork : byte
{
    None = 0,

    /// <summary>End the transaction that was left open.</summary>
    Rollback = 1,

    /// <summary>The user's hook for returns.</summary>
    OnReturn = 2,

    /// <summary>The full reset: a new session begins. It rolls back as well.</summary>
    FullReset = 4,

    /// <summary>Test the connection by a round trip.</summary>
    Validate = 8,

    /// <summary>The user's check before a lease.</summary>
    Check = 16,

    /// <summary>The user's hook that initializes a session, for the key of the operation.</summary>
    Initialize = 32,

    /// <summary>Terminate the backend of another slot, which did not exit when its connection was ended.</summary>
    Terminate = 64,
}
