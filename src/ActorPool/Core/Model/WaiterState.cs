namespace ActorPool.Core.Model;

/// <summary>The state of a request.</summary>
internal enum WaiterState : byte
{
    New,

    /// <summary>In the queue: the next connection may be lent to it.</summary>
    Queued,

    /// <summary>Waits behind the lease of its key, or behind an older request for the key.</summary>
    Parked,

    /// <summary>Out of the queue: a session is being initialized for its key.</summary>
    Initializing,

    /// <summary>Granted, refused or given up.</summary>
    Done,
}
