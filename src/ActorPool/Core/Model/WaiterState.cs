namespace ActorPool.Core.Model;

/// <summary>Where a request stands.</summary>
internal enum WaiterState : byte
{
    New,

    /// <summary>In the wait queue: the next connection may be its own.</summary>
    Queued,

    /// <summary>Behind a lease of its exclusive key, or behind an older request for it.</summary>
    Parked,

    /// <summary>Out of the queue: a session is being initialized for its key.</summary>
    Initializing,

    /// <summary>Granted, refused or given up.</summary>
    Done,
}
