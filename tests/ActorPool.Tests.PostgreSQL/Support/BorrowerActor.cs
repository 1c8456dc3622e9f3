using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>An actor that borrows a connection for itself, by Tell, and runs what the test wants on it.</summary>
public sealed class BorrowerActor : ReceiveActor
{
    public sealed record Borrowed(PooledConnection Connection);

    public sealed record Failed(Exception Error);

    public BorrowerActor(IActorRef manager, GetConn request, IActorRef observer, Func<PooledConnection, Task>? work)
    {
        Receive<PooledConnection>(connection =>
        {
            observer.Tell(new Borrowed(connection));
            // Not awaited: an actor that awaits it could not be stopped in the middle.
            _ = work?.Invoke(connection);
        });
        Receive<Status.Failure>(failure => observer.Tell(new Failed(failure.Cause)));
        manager.Tell(request, Self);
    }

    public static Props Props(IActorRef manager, IActorRef observer, Func<PooledConnection, Task>? work = null, GetConn? request = null) =>
        Akka.Actor.Props.Create(() => new BorrowerActor(manager, request ?? new GetConn(null), observer, work));
}
