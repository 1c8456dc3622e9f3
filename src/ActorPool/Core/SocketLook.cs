namespace ActorPool.Core;

/// <summary>What the socket of an idle connection shows without a round trip.</summary>
internal enum SocketLook : byte
{
    /// <summary>Nothing has come from the server.</summary>
    Quiet,

    /// <summary>Something has: the server's goodbye, or a notice. The connection must be proven alive.</summary>
    Suspect,

    /// <summary>It cannot be seen.</summary>
    Blind,
}
