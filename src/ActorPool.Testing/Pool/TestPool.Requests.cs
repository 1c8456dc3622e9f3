using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Leases;

namespace ActorPool.Testing.Pool;

// What callers and actors ask of the pool.
internal sealed partial class TestPool
{
    /// <summary>Answers the request, or lets it wait. Throws what the key's <c>Equals</c> throws.</summary>
    public void Get(TestRequest request)
    {
        if (_refuse is { } refusal)
        {
            request.Refuse(refusal);
            return;
        }

        // User code: not under the lock.
        if (request.Key is { } key)
            request.Entry = _state.Keys.Use(key);
        Step(now =>
        {
            _state.Sweep(now);
            _waiting.Add(request);
            _state.Get(request, now);
        });
    }

    /// <summary>False when the request is answered already.</summary>
    public bool Cancel(TestRequest request)
    {
        var isCancelled = false;
        Step(now =>
        {
            isCancelled = request.State != WaiterState.Done;
            _state.Cancel(request, now);
        });
        return isCancelled;
    }

    /// <summary>Returns a lease. Throws what the key's <c>Equals</c> throws.</summary>
    public void Put(PooledConnection? lease, object? key, bool close)
    {
        var fitsKey = PooledConnection.FitsKey(lease, this, key) ?? key!.Equals(lease!.LentKey);
        PoolFailure? refusal = null;
        Step(now => refusal = _leases.Return(lease, fitsKey, close, now));
        if (refusal is not null)
            throw refusal.ToException();
    }

    public void CloseAll()
    {
        if (!TryCloseAll())
            throw Failure(PoolErrorKind.Closed).ToException();
    }

    public bool TryCloseAll()
    {
        var isClosing = false;
        Step(_ => isClosing = _state.CloseAll());
        return isClosing;
    }

    /// <summary>Does what is due by the clock.</summary>
    public void Sweep() => Step(_state.Sweep);

    /// <summary>The actor has stopped: its leases end, and so do the requests made for it, of which those of other actors are refused.</summary>
    public void BorrowerStopped(Borrower borrower) => Step(now =>
    {
        var onItsBehalf = borrower.Waiters.OfType<TestRequest>().Where(request => !request.IsBy(borrower)).ToArray();
        _state.BorrowerStopped(borrower, now);
        foreach (var request in onItsBehalf)
        {
            var failure = _leases.Refusals.Of(PoolErrorKind.NotCheckedOut) with { Detail = PutRefusal.OwnerEnded.What, Advice = PutRefusal.OwnerEnded.Remedy };
            Answer(request, failure.ToException());
        }
    });

    public PoolFailure Failure(PoolErrorKind kind)
    {
        PoolFailure? failure = null;
        Step(_ => failure = _leases.Refusals.Of(kind));
        return failure!;
    }

    public PoolException NotLocal()
    {
        PoolFailure? failure = null;
        Step(_ => failure = _leases.Refusals.Counted(Refusal.NotLocal));
        return failure!.ToException();
    }

    public PoolLease[] Leases()
    {
        PoolLease[] leases = [];
        Step(now => leases = [.. _leases.Lent().Select(place => new PoolLease(place.Slot.Lease?.Key?.Key, place.Origin.ToString(), place.HeldFor(now), place.Connection!.ProcessId))]);
        return leases;
    }

    public void Resize(int min, int max) => Step(now => _state.Resize(min, max, now));

    public void Drain() => Step(_state.Drain);

    /// <summary>Calls back when the pool is paused, or every lease is returned too; with an error when the pool is closed or resumed before that.</summary>
    public void Pause(bool untilReturned, Action<Exception?> paused) => Step(now =>
    {
        _state.Pause(now);
        if (untilReturned)
            _pauses.Add(paused);
        else
            _answers.Add(() => paused(null));
    });

    public void Resume() => Step(now =>
    {
        _state.Resume(now);
        EndPauses(new InvalidOperationException($"Pool '{Name}' was resumed before everything was returned."));
    });
}
