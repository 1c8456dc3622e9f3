using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorPool.Actors;

/// <summary>
/// The manager's mailbox: unbounded, because a full one would block the asker's thread; the limit is <c>max-waiting</c>.
/// What the manager leaves unread when it ends is answered, so that no request is lost in it.
/// </summary>
internal sealed class PoolMailbox(Settings settings, Config config)
    : MailboxType(settings, config), IProducesMessageQueue<UnboundedMessageQueue>
{
    /// <summary>Where <c>reference.conf</c> names this type.</summary>
    public const string Id = "akka.actor.mailbox.actor-pool";

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Queue();

    private sealed class Queue : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private readonly ConcurrentQueue<Envelope> _messages = new();

        public bool HasMessages => !_messages.IsEmpty;

        public int Count => _messages.Count;

        public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(envelope);

        public bool TryDequeue(out Envelope envelope) => _messages.TryDequeue(out envelope);

        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope))
            {
                var failure = PoolFailure.Closed(PoolRegistry.PoolOf(owner));
                switch (envelope.Message)
                {
                    case IPoolRequest request:
                        request.Fail(failure);
                        break;
                    case GetConn or PutConn or CloseAll or GetStatistics or Resize or Drain or Pause or Resume or GetLeases when !envelope.Sender.IsNobody() && envelope.Sender is not DeadLetterActorRef:
                        envelope.Sender.Tell(new Status.Failure(failure.ToException()), owner);
                        break;
                    default:
                        deadletters.Enqueue(owner, envelope);
                        break;
                }
            }
        }
    }
}
