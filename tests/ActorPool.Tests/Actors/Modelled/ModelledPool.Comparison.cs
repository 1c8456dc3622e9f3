using ActorPool.Tests.Core.Support;
using Akka.Actor;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Modelled;

// The comparison of pool and model after each step.
internal sealed partial class ModelledPool
{
    private void Compare()
    {
        Unless(_source.Broken is null, $"{_source.Broken}");
        Unless(_context.State == _state, $"the manager has crashed");
        CompareRequests();
        CompareNumbers();
        foreach (var slot in Model.Ledger.Slots)
            Compare(slot);
        foreach (var (connection, releases) in _releases)
            Unless(connection.Releases == releases, $"{connection} was taken back {connection.Releases} times and not {releases} times");
        CompareActors();
        CompareEnds();
    }

    private void CompareNumbers()
    {
        Unless(_state.Phase == Model.State.Phase, $"the pool is {_state.Phase}, in the model {Model.State.Phase}");
        Unless(_state.WakeAt == Model.State.WakeAt, $"the pool wakes up at {_state.WakeAt}, in the model at {Model.State.WakeAt}");
        var real = _context.CurrentStatistics() with { LongestHold = default, LongestWait = default, LastConnectError = null };
        var model = PoolStatistics.From(_context.Name, Model.Counts, Model.Now) with { LongestHold = default, LongestWait = default, LastConnectError = null };
        Unless(real == model, $"the numbers differ:\n{real}\n{model}");
        var error = _state.Counts.LastConnectError;
        Unless(Model.Counts.LastConnectError is { } text ? error?.EndsWith(text, StringComparison.Ordinal) == true : error is null, $"the last connect error is {error}");
    }

    private void Compare(SlotLedger slot)
    {
        var place = _context.Slots[slot.Slot.Index];
        Unless(place.Slot.State == slot.Expected, $"slot {slot.Slot.Index} is {place.Slot.State}, in the model {slot.Expected}");
        var connection = ConnectionOf(slot.Slot);
        Unless(connection.State == slot.State, $"{connection} is {connection.State}, in the model {slot.State}");
        if (slot.State == Physical.Working)
            Unless(connection.Work == slot.Work && Equals(connection.WorkKey, slot.Slot.Operation?.InitializesFor?.Key), $"{connection} does its {connection.Work} for {connection.WorkKey}, in the model {slot.Work}");
        foreach (var request in _requests)
        {
            if (request.Lease is { } lease && lease.Place.Slot.Index == slot.Slot.Index)
                Unless(!lease.IsOver == IsOut(request), $"{request.Model.Name} has its lease of slot {slot.Slot.Index}: {!lease.IsOver}");
        }
    }

    /// <summary>Each connection has one actor, and an actor with neither a lease nor a request is not watched.</summary>
    private void CompareActors()
    {
        var children = ((ActorRefWithCell)Manager).Underlying.ChildrenContainer.Children.Count;
        Unless(children == Model.Ledger.Taken, $"there are {children} actors for {Model.Ledger.Taken} connections");
        foreach (var actor in Actors)
        {
            var hasSomething = Model.Ledger.Waiting.Exists(waiter => waiter.Borrower == actor.Model) || Model.Ledger.Slots.Exists(slot => slot.HoldsNow(actor.Model))
                || _requests.OfType<Told>().Any(told => told.Sender == actor && told.IsForAnother && told.Model.IsWaiting);
            Unless(_context.Borrowers.ContainsKey(actor.Actor) == hasSomething, $"{actor.Model.Name} has something of the pool: {hasSomething}, and is watched: {!hasSomething}");
        }

        Unless(_context.Borrowers.Count <= Actors.Length, $"{_context.Borrowers.Count} borrowers are watched");
    }
}
