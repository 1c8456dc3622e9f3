using System.Collections.Concurrent;
using ActorPool.Errors;
using ActorPool.Messages;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorPool.Actors;

/// <summary>
/// The manager's mailbox: unbounded, because a full one would block the sender's thread; the limit is <c>max-waiting</c>.
/// Messages left unread when the manager ends are answered, so that no request is lost in it.
/// </summary>
internal sealed class PoolMailbox(Settings settings, Config config)
    : MailboxType(settings, config), IProducesMessageQueue<UnboundedMessageQueue>
{
    /// <summary>Where <c>reference.conf</c> names this type.</summary>
    public const string Id = "akka.actor.mailbox.actor-pool";

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Queue(system.DeadLetters);

    /// <param name="noSender">The sender of a message that is sent without one.</param>
    internal sealed class Queue(IActorRef noSender) : IMessageQueue, IUnboundedMessageQueueSemantics
    {
        private readonly ConcurrentQueue<Envelope> _messages = new();

        // A message without a sender that found the mailbox empty. It comes before those in the queue; to keep it outside is faster.
        private object? _first;
        private Turn _turn;

        public bool HasMessages => Volatile.Read(ref _first) is not null || !_messages.IsEmpty;

        public int Count => _messages.Count + (Volatile.Read(ref _first) is null ? 0 : 1);

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            if (!ReferenceEquals(envelope.Sender, noSender) || HasMessages || Interlocked.CompareExchange(ref _first, envelope.Message, null) is not null)
                _messages.Enqueue(envelope);
        }

        public bool TryDequeue(out Envelope envelope)
        {
            if (_turn == Turn.Over)
            {
                _turn = Turn.Any;
                envelope = default;
                return false;
            }

            if (_turn == Turn.OfOne)
                _turn = Turn.Over;
            if (Volatile.Read(ref _first) is null && _messages.IsEmpty)
            {
                envelope = default;
                return false;
            }

            // Read again after the queue: a message there may have been sent after the first one.
            if (Volatile.Read(ref _first) is not { } first)
                return _messages.TryDequeue(out envelope);
            Volatile.Write(ref _first, null);
            envelope = new Envelope(first, noSender);
            return true;
        }

        /// <summary>
        /// Limits the next turn to this message, if it found the mailbox empty. False when another message comes, or came, before it.
        /// Called by the thread that runs the turn.
        /// </summary>
        public bool TryLimitTurnTo(object message)
        {
            if (!ReferenceEquals(Volatile.Read(ref _first), message))
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
                    case IPoolMessage when !ReplyTo.IsNone(envelope.Sender):
                        envelope.Sender.Tell(ReplyTo.FailureOf(envelope.Message, failure.ToException()), owner);
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
