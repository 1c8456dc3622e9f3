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

    internal sealed class Queue : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private readonly ConcurrentQueue<Envelope> _messages = new();

        // The next message, taken out to be looked at.
        private Envelope _next;
        private volatile bool _hasNext;
        private Turn _turn;

        public bool HasMessages => _hasNext || !_messages.IsEmpty;

        public int Count => _messages.Count + (_hasNext ? 1 : 0);

        public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(envelope);

        public bool TryDequeue(out Envelope envelope)
        {
            if (_turn != Turn.Any)
            {
                if (_turn == Turn.Over)
                {
                    _turn = Turn.Any;
                    envelope = default;
                    return false;
                }

                _turn = Turn.Over;
            }

            if (!_hasNext)
                return _messages.TryDequeue(out envelope);
            envelope = _next;
            _next = default;
            _hasNext = false;
            return true;
        }

        /// <summary>
        /// Makes the coming turn one of this message alone. False when another one is ahead of it. Called by the thread whose turn it is.
        /// </summary>
        public bool TryLimitTurnTo(object message)
        {
            if (!_hasNext)
            {
                if (!_messages.TryDequeue(out _next))
                    return false;
                _hasNext = true;
            }

            if (!ReferenceEquals(_next.Message, message))
                return false;
            _turn = Turn.OfOne;
            return true;
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            _turn = Turn.Any;
            while (TryDequeue(out var envelope))
            {
                var failure = PoolFailure.Closed(PoolRegistry.PoolOf(owner));
                switch (envelope.Message)
                {
                    case IPoolRequest request:
                        request.Fail(failure);
                        break;
                    case var message when PublicMessage.Is(message) && !envelope.Sender.IsNobody() && envelope.Sender is not DeadLetterActorRef:
                        envelope.Sender.Tell(new Status.Failure(failure.ToException()), owner);
                        break;
                    default:
                        deadletters.Enqueue(owner, envelope);
                        break;
                }
            }
        }

        private enum Turn : byte
        {
            Any,
            OfOne,
            Over,
        }
    }
}
