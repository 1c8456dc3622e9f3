using System.Data.Common;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Leases;

namespace ActorPool.Simple;

/// <summary>
/// Drives the core for one caller, without actors: each call makes steps of the core, applies the results that have arrived meanwhile,
/// and waits for those that it needs. Leases are returned by the rules of the same <see cref="LeaseTable"/> as in the actor pool.
/// </summary>
internal sealed partial class SimpleShell : ILeaseHome
{
    private readonly IConnectionSource _source;
    private readonly TimeProvider _clock;
    private readonly SimplePoolLog _log;
    private readonly PoolState _state;
    private readonly LeaseTable _leases;
    private readonly ConnectionReports _reports;
    private readonly TimeSpan _startPatience;
    private readonly ResultQueue _results = new();
    private readonly List<ForgottenLease> _forgotten = [];
    private readonly Lock _step = new();
    private PoolFailure? _startFailure;
    private bool _isStarted;

    public SimpleShell(PoolSettings settings, IConnectionSource source, SimplePoolLog log, TimeProvider clock)
    {
        _startPatience = settings.AcquireTimeout;
        // There are no other borrowers and no timers: so no waits, no background tests and no collections for a starved pool.
        Settings = settings with { AcquireTimeout = TimeSpan.Zero, ValidateIdleEvery = null, CollectWhenStarved = false };
        (_source, _log, _clock) = (source, log, clock);
        List<ConnectionSlot> slots = [];
        _state = new PoolState(
            Settings.ToPolicy(), Now, Random.Shared,
            slot => slots[slot.Index].Connection?.Probe() ?? SocketState.Unknown,
            slot => slots[slot.Index].Connection?.PrependReset() == true);
        _leases = new LeaseTable(this, slots, _state, log);
        _reports = new ConnectionReports(_state, source, log);
    }

    public PoolSettings Settings { get; }

    public string ConnectionString => _source.ConnectionString;

    public DbProviderFactory Driver => _source.Driver;

    public string Server => _source.Server;

    public TimeSpan Now => _clock.GetElapsedTime(0);

    public PoolStatistics Statistics
    {
        get
        {
            PoolStatistics? statistics = null;
            Step(now => statistics = PoolStatistics.From(Settings.Name, _state.Counts, now));
            return statistics!;
        }
    }

    /// <summary>Results that have arrived and that no call has taken yet.</summary>
    internal int Signals => _results.Signals;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Step(now => _state.Start(now, _startPatience));
        await UntilAsync(() => _isStarted || _startFailure is not null, cancellationToken).ConfigureAwait(false);
        if (_startFailure is { } failure)
            throw failure.ToException();
    }

    public async Task<PooledConnection> GetAsync(SimpleRequest request, CancellationToken cancellationToken)
    {
        // The key's Equals is the user's code: it runs before any lock of the pool is taken.
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
            // The request may have been granted at the same moment.
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
        PoolFailure? refusal = null;
        Step(now => refusal = _leases.Return(lease, fitsKey, close, now));
        if (refusal is not null)
            throw refusal.ToException();
    }

    public async Task CloseAllAsync()
    {
        if (!TryCloseAll())
            throw _leases.Refusals.Of(PoolErrorKind.Closed).ToException();
        await UntilAsync(() => _state.IsEmpty, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task DisposeAsync()
    {
        TryCloseAll();
        await UntilAsync(() => _state.IsEmpty, CancellationToken.None).ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A lease was disposed, by the caller between two calls.</summary>
    void ILeaseHome.Returned(PooledConnection lease) => Step(now => _leases.TakeBack(lease, now));

    void ILeaseHome.Forgotten(ForgottenLease lease) => _results.Post(_ => _forgotten.Add(lease));

    void ILeaseHome.ClosedByReader(ReaderClosedLease lease) => _results.Post(now => _leases.TakeBack(lease, now));

    private bool TryCloseAll()
    {
        var isClosing = false;
        Step(_ =>
        {
            isClosing = _state.CloseAll();
            if (isClosing && _startFailure is null)
                _log.Closed();
        });
        return isClosing;
    }

    private async Task UntilAsync(Func<bool> done, CancellationToken cancellationToken)
    {
        Step(_ => { });
        while (!done())
        {
            await _results.WaitAsync(_state.WakeAt - Now, cancellationToken).ConfigureAwait(false);
            Step(_state.WakeAt <= Now ? _state.Sweep : _ => { });
        }
    }

    /// <summary>One step of the core, after the results that arrived before it. The log is written when it is over, outside the lock.</summary>
    private void Step(Action<TimeSpan> step)
    {
        lock (_step)
        {
            while (_results.TryTake(out var result))
            {
                result(Now);
                CarryOut();
            }

            if (_forgotten.Count > 0)
                _forgotten.RemoveAll(lease => _leases.TakeBack(lease, Now));
            CarryOut();
            step(Now);
            CarryOut();
        }

        _log.Flush();
    }
}
