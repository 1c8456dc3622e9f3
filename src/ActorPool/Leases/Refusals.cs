using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool.Leases;

/// <summary>Makes the refusals of one pool, with the pool's numbers of the moment, and counts those that the core does not decide.</summary>
internal sealed class Refusals(ILeaseHome home, PoolState state, IReadOnlyList<ConnectionSlot> slots)
{
    private (PoolFailure Failure, Shortage? Why, Exception? Cause)? _explained;

    /// <summary>A failure of one kind; one about connections has the last connect error as its cause, unless another is given.</summary>
    public PoolFailure Of(PoolErrorKind kind, Exception? cause = null) =>
        new(kind, home.Settings.Name, PoolStatistics.From(home.Settings.Name, state.Counts, home.Now), cause ?? (IsAboutConnections(kind) ? state.LastConnectError : null))
        {
            Server = home.Server,
        };

    /// <summary>A failure that the shell decided, and so counted here: the core counts only its own.</summary>
    public PoolFailure Counted(Refusal refusal)
    {
        state.CountRefusal(refusal);
        return Of(PoolErrorKinds.Of(refusal));
    }

    /// <summary>A refused return, counted.</summary>
    public PoolFailure Counted(PutRefusal refusal) => Counted(Refusal.NotCheckedOut) with { Detail = refusal.What, Advice = refusal.Remedy };

    /// <summary>A start that could not open its connections.</summary>
    public PoolFailure OfStart(Exception? cause) => Of(PoolErrorKind.ConnectFailed, cause) with { Detail = PoolFailure.NotStarted };

    /// <summary>A request that the core refused: why it got no connection, and which borrowers held the connections for how long.</summary>
    public PoolFailure OfRequest(in Effect effect, LeaseOrigin origin, TimeSpan now)
    {
        var waiter = effect.Waiter!;
        return Explain(effect, now) with
        {
            Request = new RefusedRequest(origin, now - waiter.Since, waiter.Timeout, waiter.Borrower?.Slots.Count ?? 0, effect.Why?.LastLentAt > waiter.Since),
        };
    }

    /// <summary>A statement that the core refused, before it was sent.</summary>
    public PoolFailure OfStatement(in Effect effect, TimeSpan now)
    {
        var failure = OfRequest(effect, default, now);
        failure = failure with { Request = failure.Request! with { IsStatement = true } };
        return failure.Kind == PoolErrorKind.Timeout ? failure with { Note = "The statement was not sent." } : failure;
    }

    /// <summary>A step is over. Requests that one step refuses for one reason share the facts, which are noted once.</summary>
    public void EndStep()
    {
        if (_explained is not null)
            _explained = null;
    }

    private PoolFailure Explain(in Effect effect, TimeSpan now)
    {
        var kind = PoolErrorKinds.Of(effect.Refusal);
        if (_explained is { } same && ReferenceEquals(same.Why, effect.Why) && same.Failure.Kind == kind && ReferenceEquals(same.Cause, effect.Cause))
            return same.Failure;
        var failure = Of(kind, effect.Cause);
        if (effect.Why is { } why)
            failure = failure with { Cause = why.IsAboutOpens ? failure.Cause : null, Obstacle = ObstacleOf(why, kind, now) };
        _explained = (failure, effect.Why, effect.Cause);
        return failure;
    }

    private Obstacle ObstacleOf(Shortage why, PoolErrorKind kind, TimeSpan now) => new(why.Hindrance, home.Settings)
    {
        Lasted = why.Since is { } since && now > since ? now - since : TimeSpan.Zero,
        Holders = [.. why.Holders.Select(slot => new Holder(slots[slot.Index].Origin, slots[slot.Index].HeldFor(now)))],
        HeldByWaiters = why.HeldByWaiters,
        ThreadPoolLoad = kind == PoolErrorKind.Timeout ? (ThreadPool.PendingWorkItemCount, ThreadPool.ThreadCount) : default,
    };

    private static bool IsAboutConnections(PoolErrorKind kind) =>
        kind is PoolErrorKind.Timeout or PoolErrorKind.ConnectFailed or PoolErrorKind.Exhausted or PoolErrorKind.TooManyWaiting;
}
