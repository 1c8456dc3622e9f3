using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Leases;
using ActorPool.Core.Model;
using ActorPool.Core.Sizing;
using ActorPool.Core.Slots;
using ActorPool.Core.Statements;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

/// <summary>
/// The pool's decisions: which request gets which connection, which requests wait, and what is opened, reset, tested and closed.
/// </summary>
/// <remarks>
/// <para>A plain class, for one caller at a time: no I/O, no clock, no threads. Every method takes the present time and adds its decisions to
/// <see cref="Effects"/>. The shell is the code that drives it: the pool manager, or <c>SimpleShell</c>. It carries the effects out before its
/// next call. A later report names its connection (by the incarnation) or its lease; a stale report changes nothing.</para>
/// <para>Each room (a folder of <c>Core</c>) owns its data, and no other room writes it: the slots and their life (<see cref="SlotTable"/>), the keys and their sessions
/// (<see cref="Sessions"/>, <see cref="ConnectionForKey"/>), the waiting requests (<see cref="WaitingRequests"/>), the leases
/// (<see cref="LentConnections"/>), the tests (<see cref="WhenToTest"/>) and the size (<see cref="PoolSize"/>). This class joins them.</para>
/// <para>Its chapters are its files: Borrow, Return, Serve (the queue), Connections, Initialize (sessions), Liveness (tests), Sweep (the clock),
/// Refuse, Control, Lifecycle (start and end) and Recovery.</para>
/// </remarks>
internal sealed partial class PoolState
{
    private readonly PoolPolicy _policy;
    private readonly Random _random;
    private readonly Func<Slot, SocketState> _probe;
    private readonly Func<Slot, bool> _prependReset;
    private readonly Tally _tally = new();
    private readonly Alarm _alarm = new();

    private readonly SlotTable _slots;
    private readonly Backoff _backoff;
    private readonly ConnectionForKey _connectionForKey;
    private readonly WaitingRequests _waiting;
    private readonly LentConnections _lent;
    private readonly WhenToTest _whenToTest;
    private readonly PoolSize _size;

    private long _orders;

    /// <param name="policy">Already validated.</param>
    /// <param name="now">The present time, on the clock that every call uses.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="probe">Reads the socket of an idle connection, without waiting.</param>
    /// <param name="prependReset">Arranges that the full reset is sent with the next command of an idle connection. False when the driver cannot.</param>
    public PoolState(PoolPolicy policy, TimeSpan now, Random random, Func<Slot, SocketState> probe, Func<Slot, bool> prependReset)
        : this(policy, new KeyTable(policy.KeyMemory), now, random, probe, prependReset, [])
    {
    }

    private PoolState(PoolPolicy policy, KeyTable keys, TimeSpan now, Random random, Func<Slot, SocketState> probe, Func<Slot, bool> prependReset, List<Slot> slots)
    {
        (_policy, _random, _probe, _prependReset, Keys) = (policy, random, probe, prependReset, keys);
        _slots = new SlotTable(policy, _tally, _alarm, random, slots);
        _backoff = new Backoff(policy.Backoff, random);
        _paces = new TextPaces(policy);
        _waiting = new WaitingRequests(policy, keys, _paces.PaceOf, now);
        _lent = new LentConnections(policy);
        _whenToTest = new WhenToTest(policy, _tally, probe);
        _connectionForKey = new ConnectionForKey(policy, _slots.Idle, _whenToTest, prependReset);
        _size = new PoolSize(policy, _slots, _tally);
    }

    /// <summary>What the last call decided. The shell carries it out in order and then clears it.</summary>
    public List<Effect> Effects { get; } = [];

    public PoolPhase Phase { get; private set; } = PoolPhase.Starting;

    /// <summary>Every slot that has ever had a connection or an open.</summary>
    public IReadOnlyList<Slot> Slots => _slots.All;

    /// <summary>Where borrowers find the entries of their keys, on their own threads. It outlives a core that crashes.</summary>
    public KeyTable Keys { get; }

    /// <summary>The pool is closed, and every slot is free.</summary>
    public bool IsEmpty => Phase == PoolPhase.Closed && _slots.Taken == 0;

    /// <summary>The error of the last attempt to open, while opening fails.</summary>
    public Exception? LastConnectError => _backoff.LastError;

    public PoolCounts Counts
    {
        get
        {
            Settle();
            return _tally.Counts;
        }
    }

    /// <summary>
    /// As <see cref="Counts"/>, without a copy; the derived numbers are those of the last <see cref="Settle"/>. Every call changes it: a reader
    /// on another thread needs a version number beside it.
    /// </summary>
    public ref readonly PoolCounts Settled => ref _tally.Counts;

    /// <summary>Brings the derived numbers up to date.</summary>
    public void Settle()
    {
        ref var counts = ref _tally.Counts;
        counts.Waiting = _waiting.Requests;
        counts.StatementsWaiting = _waiting.Statements;
        counts.StatementsRunning = _waiting.RunningStatements;
        counts.IsPaused = IsPaused;
        if (!ReferenceEquals(counts.LastConnectError, LastConnectError?.Message))
            counts.LastConnectError = LastConnectError?.Message;
        counts.LongestHeldSince = _lent.OldestSince;
        counts.LongestWaitSince = _waiting.OldestSince;
        counts.LongestRunSince = _slots.OldestRun?.Batch!.StartedAt;
    }

    /// <summary>The first broken invariant of a room; null while all hold. The tests check it after every step.</summary>
    public string? Violation() =>
        _slots.Violation() ?? Sessions.Violation(_slots.All, Keys.All) ?? _waiting.Violation(Keys.All) ?? _lent.Violation(_slots.All, Keys.All)
        ?? _whenToTest.Violation(_slots.All) ?? _size.Violation() ?? _paces.Violation();

    private bool IsLending => Phase == PoolPhase.Running && !IsPaused;
}
