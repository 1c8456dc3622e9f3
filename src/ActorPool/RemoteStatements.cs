using ActorPool.Remoting;
using Akka.Actor;

namespace ActorPool;

/// <summary>Statements told to pools in other processes.</summary>
/// <remarks>
/// <para>The pool runs them with <c>pipeline.accept-remote = on</c>: <see cref="Execute"/>, <see cref="ExecuteAll"/> and <see cref="Query"/>. Each process
/// that reaches the remoting port can then run SQL as the user of the pool.</para>
/// <para>Keys, tags, parameters and values of rows may be null, a bool, a number, a string, a Guid, a date or time, bytes, or an array of these. The
/// sender's system refuses others with an error in its log. Errors arrive as a <see cref="PoolException"/>; one of the server has the kind
/// <see cref="PoolErrorKind.StatementFailed"/> and its SQLSTATE.</para>
/// </remarks>
public static class RemoteStatements
{
    /// <summary>
    /// Lets an actor system send statements to pools in other processes, and read their answers. An actor system with a pool of its own can do so already.
    /// Call it before the first statement; again, it has no effect. With Akka.Hosting: <c>WithRemoteStatements</c>.
    /// </summary>
    /// <param name="system">The actor system of the senders.</param>
    public static void EnableIn(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        RemoteAnswers.In(system);
    }
}
