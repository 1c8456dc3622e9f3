using ActorPool.Core.Model;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>An actor that waits for or holds connections; watched by the manager as long as it does.</summary>
internal sealed class WatchedBorrower(IActorRef actor) : Borrower
{
    private HashSet<AskRequest>? _forOthers;

    public IActorRef Actor { get; } = actor;

    /// <summary>The actor does not wait, neither for itself nor for another actor, and holds no lease.</summary>
    public bool IsDone => HasNothing && _forOthers is null or { Count: 0 };

    /// <summary>The requests that it made on behalf of other actors, and that wait.</summary>
    public IReadOnlyCollection<AskRequest> ForOthers => _forOthers ?? [];

    /// <summary>The actor waits on behalf of another one.</summary>
    public void Add(AskRequest request) => (_forOthers ??= []).Add(request);

    /// <summary>The request of <see cref="Add"/> no longer waits.</summary>
    public void Remove(AskRequest request) => _forOthers?.Remove(request);

    /// <summary>After a crash: it waits for nothing, and its leases are added again.</summary>
    public void Forget()
    {
        Waiters.Clear();
        Slots.Clear();
        _forOthers = null;
    }
}

/// <summary>A watched borrower has ended.</summary>
internal sealed record BorrowerEnded(WatchedBorrower Borrower) : INoSerializationVerificationNeeded;
