namespace ActorPool.Core.Model;

/// <summary>
/// The server-side state of a slot's connection. A new session begins with every open and every full reset. Written by <c>Core/Keys</c>
/// alone.
/// </summary>
internal sealed class Session
{
    /// <summary>Rises with every new session of the slot; keys remember a session by it.</summary>
    public long Id { get; set; }

    /// <summary>A borrower has used it.</summary>
    public bool IsUsed { get; set; }

    /// <summary>The key that used it last; null after unkeyed use.</summary>
    public KeyEntry? Owner { get; set; }

    /// <summary>The key for which it was initialized, until a borrower uses it.</summary>
    public KeyEntry? InitializedFor { get; set; }

    /// <summary>Its full reset is sent with the next command.</summary>
    public bool IsResetPending { get; set; }
}
