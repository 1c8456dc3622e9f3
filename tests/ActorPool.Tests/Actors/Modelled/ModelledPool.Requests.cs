using Akka.Actor;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Modelled;

// Borrowing and cancelling.
internal sealed partial class ModelledPool
{
    public void Get(EntryPoint entryPoint, object? key, TimeSpan? timeout, ModelledActor sender, ModelledActor owner, bool gone, bool alone)
    {
        var borrower = entryPoint switch { EntryPoint.Facade or EntryPoint.Ask => null, EntryPoint.Tell => sender.Model, _ => owner.Model };
        gone &= entryPoint is not (EntryPoint.Tell or EntryPoint.TellForOwner);
        var model = Model.Get(key, entryPoint == EntryPoint.Facade ? null : timeout, borrower, gone, alone);
        Model.Log?.Invoke($"         by {entryPoint} {sender.Model.Name}");
        Request request = entryPoint switch
        {
            EntryPoint.Facade => new FacadeRequest(model, _context),
            EntryPoint.Ask => new Asked(model, Manager, null),
            EntryPoint.AskForOwner => new Asked(model, Manager, owner.Actor),
            EntryPoint.Tell => new Told(model, Manager, sender, sender),
            _ => new Told(model, Manager, sender, owner),
        };
        _requests.Add(request);
        if (!gone)
        {
            Step(() => { }, () => { });
            return;
        }

        request.Cancel();
        Model.Cancel(model);
        WaitForSame();
        Step(() => { }, () => { });
    }

    public void Cancel(Request request)
    {
        request.Cancel();
        Model.Cancel(request.Model);
        WaitForSame();
        Step(() => { }, () => { });
    }

    /// <summary>An actor stops: its requests and its leases end with it.</summary>
    public void Dies(int index)
    {
        var dead = Actors[index];
        foreach (var request in _requests.Where(request => !request.IsAnswered && !request.IsOver))
        {
            if (request is Told told && told.Sender == dead)
                request.IsOver = true;
            else if (request.Model.Borrower == dead.Model)
                request.Refused = PoolErrorKind.NotCheckedOut;
        }

        Actors[index] = new ModelledActor(_system.Sys, dead.Model.Name + "'");
        Step(
            () => ((IInternalActorRef)dead.Actor).Stop(),
            () =>
            {
                foreach (var told in _requests.OfType<Told>().Where(told => told.Sender == dead && told.IsForAnother && told.Model.IsWaiting))
                    Model.Cancel(told.Model);
                Model.Dies(dead.Model);
            });
    }

    /// <summary>Another thread reports the end of an Ask.</summary>
    private void WaitForSame() =>
        World.PumpUntil(() => _context.State!.Counts.Waiting == Model.Counts.Waiting, "the end of a request is noticed");

    /// <summary>The answers are those of the model, and each comes once.</summary>
    private void CompareRequests()
    {
        foreach (var request in _requests.Where(request => !request.IsAnswered && !request.IsOver))
        {
            request.Read();
            Unless(request.IsAnswered == request.IsDecided, $"{request} is answered: {request.IsAnswered}, in the model: {request.Model}");
            if (!request.IsAnswered)
                continue;
            Unless(request.Fits((object?)request.Lease ?? request.Error), $"{request} has an answer other than in the model: {request.Model} {request.Refused}");
            if (request.Lease is { IsOver: false } lease)
                Unless(lease.IsNewSession == request.Model.IsNewSession, $"{request} is told of a new session: {lease.IsNewSession}");
        }

        foreach (var actor in Actors)
            Unless(actor.Received.Count == 0, $"{actor.Model.Name} was told: {string.Join(", ", actor.Received)}");
        var answers = _system.DeadLetters.OfType<Akka.Event.DeadLetter>().Where(letter => letter.Message is PooledConnection or Status.Failure or ConnPut).ToArray();
        Unless(answers.Length == 0, $"answers that nobody took: {string.Join(", ", answers.AsEnumerable())}");
    }
}

/// <summary>The entry points of a request.</summary>
internal enum EntryPoint
{
    Facade,
    Ask,
    Tell,
    AskForOwner,
    TellForOwner,
}
