using ActorPool.Driver;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>What the manager, the facade and the leases of one pool share. It outlives the manager.</summary>
internal sealed class PoolCell(PoolSettings settings, IConnectionSource source) : ILeaseHome
{
    private volatile bool _ended;
    private volatile IActorRef? _manager;

    public PoolSettings Settings { get; } = settings;

    public IConnectionSource Source { get; } = source;

    public PoolGauges Gauges { get; } = new(settings);

    public string Name => Settings.Name;

    public IActorRef Manager
    {
        get => _manager ?? throw new InvalidOperationException("The pool has not been started.");
        set => _manager = value;
    }

    public bool HasManager => _manager is not null;

    /// <summary>The manager is gone for good: what is sent to it now nobody answers.</summary>
    public bool Ended
    {
        get => _ended;
        set => _ended = value;
    }

    public void Returned(PooledConnection lease)
    {
        if (!_ended)
            Manager.Tell(lease, ActorRefs.NoSender);
    }

    /// <summary>Sends a request that answers itself should the manager end before it is read.</summary>
    public void Send(IPoolRequest request)
    {
        Manager.Tell(request, ActorRefs.NoSender);
        // The flag is set before the mailbox is emptied: either this sees it, or the request is found in the mailbox.
        if (_ended)
            request.Fail(PoolFailure.Closed(Name));
    }
}
