using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="CloseAll"/>: no connection of the pool is left.</summary>
public sealed record AllClosed : INoSerializationVerificationNeeded
{
    internal static readonly AllClosed Instance = new();
}
