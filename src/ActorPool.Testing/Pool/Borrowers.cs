using System.Diagnostics.CodeAnalysis;
using ActorPool.Actors;
using Akka.Actor;

namespace ActorPool.Testing.Pool;

/// <summary>What the pool has to know of a reference before it lends something to its actor.</summary>
internal static class Borrowers
{
    public static bool IsNone([NotNullWhen(false)] IActorRef? actor) => actor is null || ReplyTo.IsNone(actor);

    /// <summary>It is in another process.</summary>
    public static bool IsRemote(IActorRef? actor) => actor is IActorRefScope { IsLocal: false };
}
