namespace ActorPool;

/// <summary>The answer to <see cref="Resize"/>: the limits are changed.</summary>
public sealed record Resized
{
    internal static readonly Resized Instance = new();
}
