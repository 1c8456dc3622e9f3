namespace ActorPool.Core.Model;

/// <summary>What the socket of an idle connection shows without a round trip.</summary>
internal enum SocketState : byte
{
    /// <summary>Nothing has come from the server.</summary>
    Silent,

    /// <summary>Something has come: the end of the connection, or a notice. The connection must be validated.</summary>
    Readable,

    /// <summary>The socket cannot be read.</summary>
    Unknown,
}
