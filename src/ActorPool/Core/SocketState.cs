namespace ActorPool.Core;

/// <summary>What the socket of an idle connection shows without a round trip.</summary>
internal enum SocketState : byte
{
    /// <summary>Nothing has come from the server.</summary>
    Silent,

    /// <summary>Something has: the server's goodbye, or a notice. The connection must be proven alive.</summary>
    Readable,

    /// <summary>It cannot be seen.</summary>
    Unknown,
}
