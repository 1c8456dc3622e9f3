using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

// The invariants of the room, which the tests check after every step.
internal sealed partial class WaitingRequests
{
    /// <summary>The room's invariant; null while it holds: the demand and the counts fit the requests in the lists, and no turn is lost.</summary>
    public string? Violation(IEnumerable<KeyEntry> keysInUse)
    {
        var all = All(keysInUse).ToArray();
        var turns = _queue.All.Count(waiter => waiter is StatementTurn);
        var queued = all.Where(waiter => waiter.State == WaiterState.Queued).ToArray();
        if (queued.Length + turns != _queue.Count || all.Count(waiter => waiter.State == WaiterState.Parked) != _parked || all.Count(waiter => waiter.State == WaiterState.Initializing) != _initializing)
            return $"{_queue.Count} queued, {_parked} parked and {_initializing} with an initialization are counted of {all.Length} waiting requests";
        var expected = turns + queued.Count(waiter => waiter.Entry is null) + queued.Select(waiter => waiter.Entry).OfType<KeyEntry>().Distinct().Count();
        if (expected != Demand)
            return $"the demand is {Demand}, and the queued requests need {expected} connections";
        if (_noWait.Items.Any(waiter => waiter is not { IsNoWait: true, State: WaiterState.Queued or WaiterState.Parked, Entry: null or { HeldBy: null, InitializingOn: null } })
            || _noWait.Count != all.Count(waiter => waiter.IsNoWait && waiter.Entry?.InitializingOn is null))
            return $"{_noWait.Count} requests are listed that wait for no other borrower";
        if (Array.Find(all, waiter => waiter.Borrower is { } borrower && !borrower.Waiters.Contains(waiter)) is { } unknown)
            return $"the borrower of a request for {unknown.Key} does not know that it waits";
        if (all.Count(waiter => waiter is not ToldStatement) != Requests || all.Count(waiter => waiter is ToldStatement) != Statements)
            return $"{Requests} requests and {Statements} statements are counted of {all.Length}";
        if (_statements.Turns != turns + all.Count(waiter => waiter is ToldStatement { State: WaiterState.Queued or WaiterState.Initializing }))
            return $"{_statements.Turns} turns of statements are counted";
        if (_statements.Violation() is { } violated)
            return violated;
        return keysInUse.Where(key => key.HasWaiters).Select(ViolationOf).FirstOrDefault(violation => violation is not null);
    }

    private static string? ViolationOf(KeyEntry key)
    {
        var waiters = key.Waiters.Items.ToArray();
        if (waiters.Count(waiter => waiter.IsExclusive) != key.ExclusiveWaiters)
            return $"{key.ExclusiveWaiters} exclusive requests for {key.Key} are counted";
        var turn = key.IsBusy ? WaiterState.Parked : key.InitializingOn is null ? WaiterState.Queued : WaiterState.Initializing;
        if ((waiters[0].State != turn && !(turn == WaiterState.Queued && waiters[0] is ToldStatement { State: WaiterState.Held or WaiterState.HeldSlow })) || waiters.Skip(1).Any(waiter => waiter.State != WaiterState.Parked))
            return $"the requests for {key.Key} are {string.Join(", ", waiters.Select(waiter => waiter.State))}";
        if (waiters.Zip(waiters.Skip(1), (waiter, next) => waiter.Order < next.Order).Contains(false))
            return $"the requests for {key.Key} are out of order";
        return key.HeldBy?.Lease is { IsExclusive: false } && !waiters[0].IsExclusive ? $"a shared request for {key.Key} waits beside a shared lease" : null;
    }
}
