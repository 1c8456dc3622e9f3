using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Takes the next sender, to answer it. If that answer fails, the others still wait for theirs.</summary>
    public bool TryTake([NotNullWhen(true)] out IActorRef? sender)
    {
        sender = _senders.Count > 0 ? _senders[0] : null;
        if (sender is null)
            return false;
        _senders.RemoveAt(0);
        return true;
    }
}
