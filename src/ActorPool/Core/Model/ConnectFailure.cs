namespace ActorPool.Core.Model;

/// <summary>Why an open failed.</summary>
internal enum ConnectFailure : byte
{
    /// <summary>The network or the server: it may work again at any time.</summary>
    Other,

    /// <summary>The open was given up, or cut off in the middle: for a moment the server may still have its backend.</summary>
    Unclear,

    /// <summary>The connection was refused: the server is down, perhaps while it restarts.</summary>
    Refused,

    /// <summary>The server is starting up or shutting down (57P03), which passes.</summary>
    StartingUp,

    /// <summary>The server has no free connection slot (53300), which passes.</summary>
    Passing,

    /// <summary>Wrong credentials or no such database: it does not pass by itself.</summary>
    Permanent,
}
