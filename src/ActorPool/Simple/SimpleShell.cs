using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Leases;

namespace ActorPool.Simple;

/// <summary>
/// Drives the core for one caller: carries out its effects, and applies the results of I/O in the caller's next step.
/// Where the actor pool has a mailbox, this has a queue of results.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class SimpleShell : ILeaseHome
{
    private readonly PoolSettings _settings;
    private readonly IConnectionSource _source;
    private readonly PoolState _state;
    private readonly TimeSpan _startPatience;
    private readonly List<LeaseRecord> _records = [];
    private readonly ConcurrentQueue<Action<TimeSpan>> _results = new();
    private readonly List<ForgottenLease> _forgotten = [];
    private readonly SemaphoreSlim _hasResults = new(0);
    private readonly Lock _step = new();
    private PoolFailure? _startFailure;
    private bool _started;

    public SimpleShell(PoolSettings settings, IConnectionSource source)
    {
        _startPatience = settings.AcquireTimeout;
        // It has no background, and one caller who waits for itself starves without a queue.
        _settings = settings with { AcquireTimeout = TimeSpan.Zero, ValidateIdleEvery = null, CollectWhenStarved = false };
        _source = source;
        _state = new PoolState(
            _settings.ToPolicy(), Now, Random.Shared,
            slot => _records[slot.Index].Connection?.Probe() ?? SocketState.Unknown,
            slot => _records[slot.Index].Connection?.PrependReset() == true);
    }

    public PoolSettings Settings => _settings;

    public string Name => _settings.Name;

    public string ConnectionString => _source.ConnectionString;

    public PoolStatistics Statistics
    {
        get
        {
            lock (_step)
            {
                Step(_ => { });
                return PoolStatistics.From(Name, _state.Counts, Now);
            }
        }
    }

    /// <summary>Signals that a result has come in and that no call has taken yet: one at most.</summary>
    internal int Signals => _hasResults.CurrentCount;

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Step(now => _state.Start(now, _startPatience));
        await UntilAsync(() => _started || _startFailure is not null, cancellationToken).ConfigureAwait(false);
        if (_startFailure is { } failure)
            throw failure.ToException();
    }

    public async Task<PooledConnection> GetAsync(SimpleRequest request, CancellationToken cancellationToken)
    {
        // The user's code: before anything of the pool's own, and under none of its locks.
        if (request.Key is { } key)
            request.Entry = _state.Keys.Use(key);
        Step(_state.Sweep);
        Step(now => _state.Get(request, now));
        try
        {
            await UntilAsync(() => request.State == WaiterState.Done, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Step(now => _state.Cancel(request, now));
            // It may have been granted at the very moment.
            request.Lease?.Close();
            throw;
        }

        var lease = request.Lease;
        request.Lease = null;
        return lease ?? throw request.Failure!.ToException();
    }

    public void Put(PooledConnection lease, object? key, bool close)
    {
        var fitsKey = PooledConnection.FitsKey(lease, this, key) ?? key!.Equals(lease.LentKey);
        Step(_state.Sweep);
        if (_state.Phase == PoolPhase.Closed)
            throw FailureOf(PoolErrorKind.Closed).ToException();
        if (WhyRefused(lease, fitsKey) is { } refusal)
            throw (FailureOf(PoolErrorKind.NotCheckedOut) with { Detail = refusal.What, Advice = refusal.Remedy }).ToException();
        TakeBack(lease, close);
    }

    private PutRefusal? WhyRefused(PooledConnection lease, bool fitsKey)
    {
        if (!ReferenceEquals(lease.Home, this))
            return PutRefusal.Foreign(lease, Name);
        if (!_records[lease.Slot.Index].IsOut(lease))
            return PutRefusal.Over(lease);
        if (!fitsKey)
            return PutRefusal.OtherKey(lease);
        return lease.TryEnd(LeaseEnd.Returned) ? null : PutRefusal.Over(lease);
    }

    /// <summary>A lease was disposed, by the caller between two calls.</summary>
    public void Returned(PooledConnection lease) => TakeBack(lease, close: false);

    /// <summary>Found by the garbage collector: taken back in the next call, unless a reader made with it still makes progress.</summary>
    public void Forgotten(ForgottenLease lease) => Post(_ => _forgotten.Add(lease));

    public async Task CloseAllAsync()
    {
        var closed = false;
        Step(_ => closed = _state.CloseAll());
        if (!closed)
            throw FailureOf(PoolErrorKind.Closed).ToException();
        await UntilAsync(() => _state.IsEmpty, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task DisposeAsync()
    {
        Step(_ => _state.CloseAll());
        await UntilAsync(() => _state.IsEmpty, CancellationToken.None).ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private void TakeBack(PooledConnection lease, bool close) => Step(now =>
    {
        var slot = lease.Slot;
        if (!_records[slot.Index].IsOut(lease))
            return;
        _records[slot.Index].TakeBack();
        _state.Put(slot, lease.LeaseId, close, _records[slot.Index].Connection!.Release(lease.DriverWasUsed), now);
    });

    private async Task UntilAsync(Func<bool> done, CancellationToken cancellationToken)
    {
        Step(_ => { });
        while (!done())
        {
            var patience = _state.WakeAt - Now;
            if (patience > TimeSpan.Zero)
                await _hasResults.WaitAsync(patience < TimeSpan.FromHours(1) ? patience : TimeSpan.FromHours(1), cancellationToken).ConfigureAwait(false);
            Step(_state.WakeAt <= Now ? _state.Sweep : _ => { });
        }
    }

    /// <summary>One step of the core, with all results that have come in before it.</summary>
    private void Step(Action<TimeSpan> step)
    {
        lock (_step)
        {
            while (_results.TryDequeue(out var result))
            {
                result(Now);
                CarryOut();
            }

            if (_forgotten.Count > 0)
                TakeBackForgotten(Now);
            step(Now);
            CarryOut();
        }
    }

    private void TakeBackForgotten(TimeSpan now)
    {
        _forgotten.RemoveAll(lease =>
        {
            var record = _records[lease.Slot.Index];
            if (record.IsOut(lease) && record.Connection!.IsBusy && lease.MayGoOn(record.Connection.Progress, now))
                return false;
            if (record.IsOut(lease))
                _state.Forgotten(lease.Slot, lease.LeaseId, now);
            return true;
        });
        CarryOut();
    }

    /// <summary>A reader has closed the connection of a lease, which is as good as its return.</summary>
    private void ClosedByReader(Slot slot, int incarnation, long lease, TimeSpan now)
    {
        var record = _records[slot.Index];
        if (slot.State != SlotState.InUse || slot.Incarnation != incarnation || slot.LeaseId != lease || record.Lease?.TryEnd(LeaseEnd.ReaderClosed) == false)
            return;
        record.TakeBack();
        _state.Put(slot, lease, close: false, record.Connection!.Release(driverWasUsed: true), now);
    }

    private void CarryOut()
    {
        var effects = _state.Effects;
        for (var i = 0; i < effects.Count; i++)
            CarryOut(effects[i]);
        effects.Clear();
    }

    private void CarryOut(in Effect effect)
    {
        var slot = effect.Slot!;
        switch (effect.Kind)
        {
            case EffectKind.Grant:
                Grant(slot, (SimpleRequest)effect.Waiter!);
                break;
            case EffectKind.Join:
                var joined = (SimpleRequest)effect.Waiter!;
                joined.Lease = _records[slot.Index].Lease ?? _records[slot.Index].Lend(this, joined.Key, joined.Origin);
                break;
            case EffectKind.Refuse:
                var refused = (SimpleRequest)effect.Waiter!;
                refused.Failure = Explain(refused, effect, Now);
                break;
            case EffectKind.Open:
                Open(slot);
                break;
            case EffectKind.Work:
                Work(slot, effect);
                break;
            case EffectKind.Close:
                End(slot, _records[slot.Index].Connection!.CloseAsync());
                break;
            case EffectKind.Abort:
                End(slot, _records[slot.Index].Connection!.AbortAsync(backend => Post(now => _state.BackendSurvived(backend, now))));
                break;
            case EffectKind.EndLease:
                _records[slot.Index].Connection?.EndLease(effect.End);
                _records[slot.Index].Lease?.TryEnd(effect.End);
                _records[slot.Index].TakeBack();
                break;
            case EffectKind.LastClosing:
                _source.EndWaiting();
                break;
            case EffectKind.Started:
                _started = true;
                break;
            case EffectKind.StartFailed:
                _startFailure = FailureOf(PoolErrorKind.ConnectFailed, effect.Cause) with { Detail = PoolFailure.NotStarted };
                break;
        }
    }

    private void Grant(Slot slot, SimpleRequest request) =>
        request.Lease = _records[slot.Index].Lend(this, request.Key, request.Origin);

    private void Open(Slot slot)
    {
        var (connection, incarnation) = (_source.Create(), slot.Incarnation);
        if (slot.Index == _records.Count)
            _records.Add(new LeaseRecord(slot));
        _records[slot.Index].Connection = connection;
        connection.ClosedByReader = () =>
        {
            var lease = slot.LeaseId;
            Post(now => ClosedByReader(slot, incarnation, lease, now));
        };
        WhenDone(
            connection.OpenAsync(),
            now => _state.Opened(slot, incarnation, now),
            (error, now) => OpenFailed(slot, incarnation, error, now));
    }

    private void OpenFailed(Slot slot, int incarnation, Exception error, TimeSpan now)
    {
        var failure = ConnectErrors.KindOf(error);
        _state.OpenFailed(slot, incarnation, error, failure, now);
        if (failure == ConnectFailure.Unclear)
            End(slot, _records[slot.Index].Connection!.AbortAsync());
    }

    private void Work(Slot slot, Effect effect)
    {
        var (connection, incarnation) = (_records[slot.Index].Connection!, slot.Incarnation);
        WhenDone(
            effect.Backend is BackendIdentity backend ? connection.TerminateAsync(backend) : connection.WorkAsync(effect.Work, slot.Operation?.InitializesFor?.Key),
            now => _state.WorkDone(slot, incarnation, now),
            (error, now) => _state.WorkFailed(slot, incarnation, error, error is HookFailedException, now, error is HookFailedException { Retires: true }));
    }

    private void End(Slot slot, Task end)
    {
        var incarnation = slot.Incarnation;
        WhenDone(end, now => _state.Closed(slot, incarnation, now), (_, now) => _state.Closed(slot, incarnation, now));
    }

    private void WhenDone(Task task, Action<TimeSpan> succeeded, Action<Exception, TimeSpan> failed) =>
        task.ContinueWith(
            done => Post(now =>
            {
                if (done.Exception?.GetBaseException() is { } error)
                    failed(error, now);
                else if (done.IsCanceled)
                    failed(new OperationCanceledException(), now);
                else
                    succeeded(now);
            }),
            CancellationToken.None,
            TaskContinuationOptions.DenyChildAttach,
            TaskScheduler.Default);

    private void Post(Action<TimeSpan> result)
    {
        _results.Enqueue(result);
        // One signal is enough for all that stand in the queue, and results that no call waits for must not add up.
        if (_hasResults.CurrentCount == 0)
            _hasResults.Release();
    }

    private PoolFailure Explain(SimpleRequest request, in Effect effect, TimeSpan now) => FailureOf(PoolErrorKinds.Of(effect.Refusal), effect.Cause) with
    {
        Obstacle = effect.Why is { } why ? Obstacle.Of(why, PoolErrorKinds.Of(effect.Refusal), _records, _settings, now) : null,
        Request = RefusedRequest.Of(request, request.Origin, effect.Why, now) with { MayWait = false },
    };

    private PoolFailure FailureOf(PoolErrorKind kind, Exception? cause = null) =>
        new(kind, Name, PoolStatistics.From(Name, _state.Counts, Now), cause) { Server = _source.Server };
}
