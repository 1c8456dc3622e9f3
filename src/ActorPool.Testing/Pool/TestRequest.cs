using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool.Testing.Pool;

/// <summary>A request for a connection, by a call or by a message. It is answered once, outside the pool's lock.</summary>
internal abstract class TestRequest(object? key, TimeSpan? timeout, bool isExclusive, LeaseOrigin origin) : Waiter(key, timeout, isExclusive)
{
    /// <summary>Where it was made, or by which actor.</summary>
    public LeaseOrigin Origin { get; } = origin;

    public bool IsWaiting => State is WaiterState.Queued or WaiterState.Parked;

    /// <summary>The borrower itself made it, so there is no other actor to answer when that one has stopped.</summary>
    public virtual bool IsBy(Borrower borrower) => false;

    public abstract void Deliver(PooledConnection lease);

    public abstract void Refuse(Exception error);
}
