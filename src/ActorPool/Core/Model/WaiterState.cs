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

    /// <summary>A statement without a key, in its lane: the next connection for statements may run it.</summary>
    InLane,

    /// <summary>A statement whose key is free, but as many connections run statements as may do so.</summary>
    Held,

    /// <summary>As <see cref="Held"/>, and the statement is slow.</summary>
    HeldSlow,

    /// <summary>A statement in the batch of a connection.</summary>
    Running,

    /// <summary>Granted, refused or given up; of a statement, answered.</summary>
    Done,
}
