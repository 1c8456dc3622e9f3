using Akka.Actor;
using Akka.Event;

namespace ActorPool.Actors;

/// <summary>
/// Listens on the event stream for leases that no actor received: in a dead letter, or in a message that its receiver does not handle.
/// The manager of the pool gets a report of each, and decides whether the lease still has a borrower.
/// </summary>
/// <remarks>
/// It is a reference without an actor and works on the publisher's thread. A lease is found when it is the message, in a
/// <see cref="Status.Success"/>, and in any message that is an envelope, which is an <see cref="IWrappedMessage"/>.
/// </remarks>
internal sealed class UndeliveredLeases : MinimalActorRef
{
    private const int Deepest = 8;

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "/actor-pool-undelivered-leases");

    public override IActorRefProvider Provider => throw new NotSupportedException("This reference only listens.");

    public static void ListenTo(ActorSystem system) => system.EventStream.Subscribe(new UndeliveredLeases(), typeof(AllDeadLetters));

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is AllDeadLetters letter && LeaseIn(letter.Message) is { IsOver: false, Home: PoolContext pool } lease)
            pool.Note(new UndeliveredLease(lease, letter.Recipient, letter is UnhandledMessage));
    }

    private static PooledConnection? LeaseIn(object message)
    {
        var inside = message;
        for (var depth = 0; depth < Deepest; depth++)
        {
            switch (inside)
            {
                case PooledConnection lease:
                    return lease;
                case IWrappedMessage envelope:
                    inside = envelope.Message;
                    break;
                case Status.Success success:
                    inside = success.Status;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }
}

/// <summary>A lease was sent to an actor that did not receive it.</summary>
/// <param name="Lease">The lease, which was not over.</param>
/// <param name="Receiver">The actor to which it was sent.</param>
/// <param name="IsAlive">The actor is alive and does not handle the message; else it had ended.</param>
internal sealed record UndeliveredLease(PooledConnection Lease, IActorRef Receiver, bool IsAlive) : INote, IDeadLetterSuppression;
