namespace ActorPool.Soak.Nonces;

/// <summary>What a caller was told about its statement.</summary>
internal enum Told : byte
{
    /// <summary>The nonce was for no insert, or the call has not ended.</summary>
    Nothing,
    Done,
    NotDone,
    Unknown,
}
