namespace ActorPool;

/// <summary>The answer to <see cref="Resume"/>: the pool lends again.</summary>
public sealed record Resumed
{
    internal static readonly Resumed Instance = new();
}
