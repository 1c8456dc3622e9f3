using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The senders of a <see cref="Pause"/> that wait until every lease has come back.</summary>
internal sealed class PauseWaiters
{
    private readonly List<IActorRef> _senders = [];

    public bool IsEmpty => _senders.Count == 0;

    public void Add(IActorRef sender)
    {
        // An Ask that was cancelled would stay here until the next return of all.
        _senders.RemoveAll(static waiting => AskPromise.Of(waiting) is { IsCompleted: true });
        _senders.Add(sender);
    }

    /// <summary>All of them, for an answer: they wait no longer.</summary>
    public IActorRef[] Take()
    {
        IActorRef[] senders = [.. _senders];
        _senders.Clear();
        return senders;
    }
}
