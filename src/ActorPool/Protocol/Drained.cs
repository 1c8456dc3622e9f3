namespace ActorPool;

/// <summary>The answer to <see cref="Drain"/>: every connection is being replaced.</summary>
public sealed record Drained
{
    internal static readonly Drained Instance = new();
}
