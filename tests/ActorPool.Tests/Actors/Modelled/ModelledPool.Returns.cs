using ActorPool.Actors;
using ActorPool.Leases;
using ActorPool.Tests.Actors.Support;
using Akka.Actor;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Modelled;

// Right and wrong returns.
internal sealed partial class ModelledPool
{
    private readonly Dictionary<ScriptedConnection, int> _releases = [];

    public bool IsOut(Request request) =>
        request.Lease is not null && Model.Ledger.Slots[request.Lease.Place.Slot.Index] is { IsLent: true } slot && slot.Lease == request.Lease.LeaseId;

    /// <summary>The right return of a lease by one of the entry points, or the return of an ended lease, which changes nothing.</summary>
    public void Put(Request request, ReturnEntryPoint entryPoint, ReturnCondition condition, bool close, bool withKey)
    {
        var lease = request.Lease!;
        var isOut = IsOut(request);
        if (isOut)
        {
            ConnectionOf(lease.Place.Slot).Condition = condition;
            CountRelease(ConnectionOf(lease.Place.Slot));
        }

        var key = withKey ? lease.LentKey : null;
        if (entryPoint == ReturnEntryPoint.Dispose)
        {
            Step(lease.Dispose, () => Model.Put(request.Model, condition));
            return;
        }

        PoolErrorKind? refusal = Model.State.Phase == PoolPhase.Closed ? PoolErrorKind.Closed : isOut ? null : PoolErrorKind.NotCheckedOut;
        Put(lease, entryPoint, key, close, refusal, () => Model.Put(request.Model, condition, close));
    }

    /// <summary>A return under another key.</summary>
    public void PutUnderWrongKey(Request request, ReturnEntryPoint entryPoint) =>
        Put(request.Lease!, entryPoint, "another key", close: true, RefusalOf(PoolErrorKind.NotCheckedOut), () => { });

    /// <summary>A return of a lease of another pool.</summary>
    public void PutForeign(ReturnEntryPoint entryPoint)
    {
        var place = new ConnectionSlot(new PoolContext(Model.Settings, _source), new Slot(0));
        place.Replace(new ScriptedSource().Create());
        var foreign = place.Lend(null, default);
        Put(foreign, entryPoint, null, close: false, RefusalOf(PoolErrorKind.NotCheckedOut), () => { });
    }

    /// <summary>The garbage collector has found the lease.</summary>
    public void Forgotten(Request request)
    {
        var lease = request.Lease!;
        Step(() => ((ILeaseHome)_context).Forgotten(new ForgottenLease(lease.Place, lease.LeaseId, lease.Handle)), () => Model.Forgotten(request.Model));
    }

    private void Put(PooledConnection lease, ReturnEntryPoint entryPoint, object? key, bool close, PoolErrorKind? refusal, Action model)
    {
        ValueTask? returned = null;
        Task<ConnPut>? asked = null;
        Step(
            () =>
            {
                switch (entryPoint)
                {
                    case ReturnEntryPoint.Facade or ReturnEntryPoint.Dispose:
                        returned = new ReturnRequest(_context, lease, key, close).Send();
                        break;
                    case ReturnEntryPoint.Ask:
                        asked = Manager.Ask<ConnPut>(new PutConn(lease, key, close), System.Threading.Timeout.InfiniteTimeSpan);
                        break;
                    case ReturnEntryPoint.Tell:
                        Manager.Tell(new PutConn(lease, key, close), _returner.Actor);
                        break;
                    default:
                        Manager.Tell(new PutConn(lease, key, close), ActorRefs.NoSender);
                        break;
                }
            },
            () =>
            {
                model();
                if (refusal is { } kind)
                    Model.State.CountRefusal(Enum.Parse<Refusal>(kind.ToString()));
                object? answer = null;
                if (returned is { } call)
                    answer = ResultOf(call);
                else if (asked is not null)
                    answer = Asks.ResultOf(asked);
                else if (entryPoint == ReturnEntryPoint.Tell)
                    answer = TakeAnswer();
                else
                    return;
                Unless(refusal is null ? answer is ConnPut : answer is PoolException error && error.Kind == refusal, $"a put of {lease.Place.Slot.Index}/{lease.LeaseId} must end in {refusal} and ends in {answer}");
            });
    }

    private object? TakeAnswer()
    {
        _returner.ReadInbox();
        var answer = _returner.Received.SingleOrDefault();
        _returner.Received.Clear();
        return answer;
    }

    private static object? ResultOf(ValueTask call)
    {
        if (!call.IsCompleted)
            return null;
        try
        {
            call.GetAwaiter().GetResult();
            return ConnPut.Instance;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private PoolErrorKind RefusalOf(PoolErrorKind otherwise) => Model.State.Phase == PoolPhase.Closed ? PoolErrorKind.Closed : otherwise;

    private void CountRelease(ScriptedConnection connection) => _releases[connection] = _releases.GetValueOrDefault(connection) + 1;
}

/// <summary>The entry points of a return.</summary>
internal enum ReturnEntryPoint
{
    Dispose,
    Facade,
    Ask,
    Tell,
    TellWithoutSender,
}
