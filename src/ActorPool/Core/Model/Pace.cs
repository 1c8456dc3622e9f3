namespace ActorPool.Core.Model;

/// <summary>How fast a statement is, as far as that is known of its text.</summary>
internal enum Pace : byte
{
    /// <summary>No statement with this text has run.</summary>
    Unknown,
    Fast,

    /// <summary>It takes long, or its result is large: it runs alone.</summary>
    Slow,
}
