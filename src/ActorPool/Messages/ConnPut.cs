using Akka.Actor;

namespace ActorPool;

/// <summary>The answer to <see cref="PutConn"/>: the connection is the pool's again.</summary>
public sealed record ConnPut : INoSerializationVerificationNeeded
{
    internal static readonly ConnPut Instance = new();
}
