using ActorPool.Core.Health;
using ActorPool.Core.Keys;
using ActorPool.Core.Leases;
using ActorPool.Core.Model;
using ActorPool.Core.Sizing;
using ActorPool.Core.Slots;
using ActorPool.Core.Waiting;

namespace ActorPool.Core;

/// <summary>
/// The pool's decisions: which request gets which connection, which requests wait, and what is opened, reset, tested and closed.
/// </summary>
/// <remarks>
/// <para>A plain class, for one caller at a time: no I/O, no clock, no threads. Every method takes the present time and leaves what is to be done in
/// <see cref="Effects"/>. The shell that drives it carries those out before the next call. A report that comes back later names the connection
/// (its incarnation) or the lease it belongs to; a stale one changes nothing.</para>
/// <para>Each room owns its data and nothing decides for another: the slots and their life (<see cref="SlotTable"/>), the keys and their sessions
/// (<see cref="Sessions"/>, <see cref="ConnectionForKey"/>), the waiting requests (<see cref="WaitingRequests"/>), the leases
/// (<see cref="LentConnections"/>), the tests (<see cref="WhenToTest"/>) and the size (<see cref="PoolSize"/>). This class joins them.</para>
/// <para>Its chapters: borrowing, returning, serving the queue, connections, initializing sessions, testing, the clock, refusals, control, start and end,
/// recovery.</para>
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
    /// <param name="probe">Reads the socket of an idle connection, in no time worth mentioning.</param>
    /// <param name="prependReset">Has the full reset sent with the next command of an idle connection, as fast. False when the driver cannot.</param>
    public PoolState(PoolPolicy policy, TimeSpan now, Random random, Func<Slot, SocketState> probe, Func<Slot, bool> prependReset)
        : this(policy, new KeyTable(policy.KeyMemory), now, random, probe, prependReset, [])
    {
    }

    private PoolState(PoolPolicy policy, KeyTable keys, TimeSpan now, Random random, Func<Slot, SocketState> probe, Func<Slot, bool> prependReset, List<Slot> slots)
    {
        (_policy, _random, _probe, _prependReset, Keys) = (policy, random, probe, prependReset, keys);
        _slots = new SlotTable(policy, _tally, _alarm, random, slots);
        _backoff = new Backoff(policy.Backoff, random);
        _waiting = new WaitingRequests(policy, keys, now);
        _lent = new LentConnections(policy);
        _whenToTest = new WhenToTest(policy, _tally, probe);
        _connectionForKey = new ConnectionForKey(policy, _slots.Idle, _whenToTest, prependReset);
        _size = new PoolSize(policy, _slots, _tally);
    }

    /// <summary>What the last call decided. To be carried out in order and then cleared.</summary>
    public List<Effect> Effects { get; } = [];

    public PoolPhase Phase { get; private set; } = PoolPhase.Starting;

    /// <summary>The slots that were needed so far.</summary>
    public IReadOnlyList<Slot> Slots => _slots.All;

    /// <summary>Where borrowers find the entries of their keys, on their own threads. It outlives a core that crashes.</summary>
    public KeyTable Keys { get; }

    /// <summary>Closed, and every connection gone.</summary>
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
    /// As <see cref="Counts"/>, with everything in it that happened before the last <see cref="Settle"/>. Changes with every call: a reader on another
    /// thread needs a version beside it.
    /// </summary>
    public ref readonly PoolCounts Settled => ref _tally.Counts;

    /// <summary>Brings the numbers up to date that are derived from others.</summary>
    public void Settle()
    {
        ref var counts = ref _tally.Counts;
        counts.Waiting = _waiting.Count;
        counts.IsPaused = IsPaused;
        if (!ReferenceEquals(counts.LastConnectError, LastConnectError?.Message))
            counts.LastConnectError = LastConnectError?.Message;
        counts.LongestHeldSince = _lent.OldestSince;
        counts.LongestWaitSince = _waiting.First?.Since;
    }

    /// <summary>What is wrong with the state of a room; null always, which the tests check after every step.</summary>
    public string? Violation() =>
        _slots.Violation() ?? Sessions.Violation(_slots.All, Keys.All) ?? _waiting.Violation(Keys.All) ?? _lent.Violation(_slots.All)
        ?? _whenToTest.Violation(_slots.All) ?? _size.Violation();

    private bool IsLending => Phase == PoolPhase.Running && !IsPaused;
}
