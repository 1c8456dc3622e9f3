namespace ActorPool.Core.Model;

/// <summary>An open of a connection, or a round trip of the pool on it, that is in flight. Written by <c>Core/Slots</c> alone.</summary>
internal sealed class Operation
{
    /// <summary>The work of a round trip; <see cref="ConnectionWork.None"/> of an open.</summary>
    public ConnectionWork Work { get; set; }

    public TimeSpan StartedAt { get; set; }

    /// <summary>The operation takes so long that no waiting request counts on it.</summary>
    public bool IsSlow { get; set; }

    /// <summary>The key for which the session is being initialized; the waiting requests of that key get this connection alone.</summary>
    public KeyEntry? InitializesFor { get; set; }
}
