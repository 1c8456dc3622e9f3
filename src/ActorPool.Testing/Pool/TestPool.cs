using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Leases;
using ActorPool.Telemetry;
using ActorPool.Testing.Connections;

namespace ActorPool.Testing.Pool;

/// <summary>
/// Drives the core of the real pool for tests, from any thread and under one lock. So keys, shared and exclusive leases, refused returns and
/// the texts of errors are those of the real pool.
/// </summary>
/// <remarks>
/// Opening, rolling back and closing a connection are done at once, inside the step that decides them. Answers are delivered when the step is
/// over, outside the lock: an answer may run code under test, which calls the pool again.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The connections are closed with their slots.")]
internal sealed partial class TestPool : ILeaseHome
{
    public const string Name = nameof(TestConnectionPool);

    // The core allocates nothing in advance.
    private const int Unlimited = 1_000_000;

    private readonly Lock _step = new();
    private readonly OpenedConnections _connections;
    private readonly PoolState _state;
    private readonly LeaseTable _leases;
    private readonly ConnectionReports _reports;
    private readonly List<ConnectionSlot> _slots = [];
    private readonly List<Action> _answers = [];
    private readonly List<TestRequest> _waiting = [];
    private readonly List<Action<Exception?>> _pauses = [];

    // Held strongly: a lease that a test forgot must not disappear in a garbage collection.
    private readonly List<PooledConnection> _granted = [];
    private volatile PoolException? _refuse;
    private TestDriver? _driver;
    private TimeSpan _now;

    public TestPool(Func<DbConnection> open)
    {
        _connections = new OpenedConnections(open);
        var log = new NoLog();
        _state = new PoolState(
            Settings.ToPolicy(), Now, Random.Shared,
            slot => _slots[slot.Index].Connection?.Probe() ?? SocketState.Unknown,
            static _ => false);
        _leases = new LeaseTable(this, _slots, _state, log);
        _reports = new ConnectionReports(_state, _connections, log);
        Step(now => _state.Start(now));
    }

    public PoolSettings Settings { get; } = new("", 0, Unlimited)
    {
        Name = Name,
        IdleTimeout = Timeout.InfiniteTimeSpan,
        MaxLifetime = Timeout.InfiniteTimeSpan,
        // Tested each time: that costs nothing here, and a connection that the test has closed is not lent.
        ValidateAfterIdle = TimeSpan.Zero,
        ValidateIdleEvery = null,
        CollectWhenStarved = false,
        // No test takes so long. With this setting a data source looks for the place where a connection was opened.
        LeakWarningAfter = TimeSpan.FromDays(1),
        // A connection that could not be opened is tried again by the next request.
        ReconnectBackoff = new ReconnectBackoff(TimeSpan.FromTicks(1), TimeSpan.FromTicks(1), 0),
    };

    public string ConnectionString => _connections.ConnectionString;

    public DbProviderFactory Driver => _driver ??= new TestDriver(_connections.First, PendingOn);

    public string Server => _connections.Server;

    /// <summary>Grows with each step, so that no two steps have the same time.</summary>
    public TimeSpan Now
    {
        get
        {
            var now = TimeProvider.System.GetElapsedTime(0);
            return _now = now > _now ? now : _now + TimeSpan.FromTicks(1);
        }
    }

    public PoolException? Refuse
    {
        get => _refuse;
        set => _refuse = value;
    }

    public bool IsRunning => _state.Phase == PoolPhase.Running;

    /// <summary>How long until something is due by the clock: a request that waits may time out.</summary>
    public TimeSpan DueIn
    {
        get
        {
            var due = TimeSpan.MaxValue;
            Step(now => due = _state.WakeAt - now);
            return TimeSpan.FromMilliseconds(Math.Clamp(due.TotalMilliseconds, 1, 60_000));
        }
    }

    public PoolStatistics Statistics
    {
        get
        {
            PoolStatistics? statistics = null;
            Step(now => statistics = PoolStatistics.From(Name, _state.Counts, now));
            return statistics!;
        }
    }

    /// <summary>The leases that no borrower has returned: those that are out, and those that were out when the pool was closed.</summary>
    public IReadOnlyList<PooledConnection> Lent
    {
        get
        {
            PooledConnection[] lent = [];
            Step(_ =>
            {
                _granted.RemoveAll(lease => lease.End is not (LeaseEnd.None or LeaseEnd.PoolClosed));
                lent = [.. _granted];
            });
            return lent;
        }
    }

    /// <summary>The transaction that a borrower has begun on this connection and not ended.</summary>
    private DbTransaction? PendingOn(DbConnection connection)
    {
        lock (_step)
        {
            foreach (var place in _slots)
            {
                if (place.Connection is TestPhysicalConnection { IsOpen: true } test && ReferenceEquals(test.Driver, connection) && place.Transaction?.Pending is { } pending)
                    return pending;
            }

            return null;
        }
    }

    void ILeaseHome.Returned(PooledConnection lease) => Step(now => _leases.TakeBack(lease, now));

    // The pool holds every lease that is out, so none is collected.
    void ILeaseHome.Forgotten(ForgottenLease lease)
    {
    }

    void ILeaseHome.ClosedByReader(ReaderClosedLease lease) => Step(now => _leases.TakeBack(lease, now));

    /// <summary>One step of the core with all that follows from it; then the answers.</summary>
    private void Step(Action<TimeSpan> step)
    {
        if (_step.IsHeldByCurrentThread)
            throw new InvalidOperationException($"Pool '{Name}': a connection called the pool while the pool opened, rolled back or closed it. Keep the pool out of the function that makes connections.");
        Action[] answers;
        lock (_step)
        {
            step(Now);
            CarryOut();
            _waiting.RemoveAll(static request => request.State == WaiterState.Done);
            AnswerPauses();
            answers = [.. _answers];
            _answers.Clear();
        }

        foreach (var answer in answers)
            answer();
    }

    private void AnswerPauses()
    {
        if (_pauses.Count == 0 || (IsRunning && !_state.AllReturned))
            return;
        var error = IsRunning ? null : _leases.Refusals.Of(PoolErrorKind.Closed).ToException();
        EndPauses(error);
    }

    private void EndPauses(Exception? error)
    {
        foreach (var pause in _pauses)
            _answers.Add(() => pause(error));
        _pauses.Clear();
    }

    /// <summary>A test reads errors, not a log.</summary>
    private sealed class NoLog() : PoolLog(Name)
    {
        protected override void Write(bool isWarning, string template, params object?[] values)
        {
        }
    }
}
