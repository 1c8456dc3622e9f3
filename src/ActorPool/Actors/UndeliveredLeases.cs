using Akka.Actor;
using Akka.Event;

namespace ActorPool.Actors;

/// <summary>
/// Listens on the event stream for leases that no actor received: a dead letter, or a message that its receiver does not handle. Each is
/// reported to the manager of its pool, which decides whether it still has a borrower.
/// </summary>
/// <remarks>
/// It is a reference without an actor and works on the publisher's thread. A lease is found by itself, in <see cref="Status.Success"/>, and in
/// any message that says by <see cref="IWrappedMessage"/> that it is an envelope.
/// </remarks>
internal sealed class UndeliveredLeases : MinimalActorRef
{
    private const int Deepest = 8;

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "/actor-pool-undelivered-leases");

    public override IActorRefProvider Provider => throw new NotSupportedException("It only listens.");

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

/// <summary>A lease was sent to an actor that did not take it.</summary>
/// <param name="Lease">The lease, which was not over.</param>
/// <param name="Receiver">The actor to which it was sent.</param>
/// <param name="IsAlive">The actor received the message and does not handle it; else it had ended.</param>
internal sealed record UndeliveredLease(PooledConnection Lease, IActorRef Receiver, bool IsAlive) : INote, IDeadLetterSuppression;
