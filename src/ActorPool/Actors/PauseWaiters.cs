using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The senders of a <see cref="Pause"/> that wait until every lease is returned.</summary>
internal sealed class PauseWaiters
{
    private readonly List<IActorRef> _senders = [];

    public bool IsEmpty => _senders.Count == 0;

    public void Add(IActorRef sender)
    {
        // A cancelled Ask would stay here until every lease is returned.
        _senders.RemoveAll(static waiting => AskPromise.Of(waiting) is { IsCompleted: true });
        _senders.Add(sender);
    }

    /// <summary>Takes all senders, to answer them.</summary>
    public IActorRef[] Take()
    {
        IActorRef[] senders = [.. _senders];
        _senders.Clear();
        return senders;
    }
}
