namespace ActorPool.Core.Model;

/// <summary>Why a connection is closed.</summary>
internal enum CloseReason : byte
{
    /// <summary>It was idle for longer than <c>idle-timeout</c>.</summary>
    Idle,

    /// <summary>It was older than <c>max-lifetime</c>, or all connections were replaced.</summary>
    Expired,

    /// <summary>There were more than enough: a return above the minimum with <c>idle-timeout = 0s</c>, or a smaller maximum.</summary>
    Surplus,

    /// <summary>Its borrower asked for it.</summary>
    Borrower,

    /// <summary>It was returned closed, or still in use.</summary>
    Unusable,

    /// <summary>The server, the network or its actor failed.</summary>
    Lost,

    /// <summary>A hook failed on it.</summary>
    Hook,

    /// <summary>Its lease was ended by force.</summary>
    Force,

    /// <summary>The pool was closed.</summary>
    Pool,
}
