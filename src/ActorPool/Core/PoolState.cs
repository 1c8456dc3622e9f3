namespace ActorPool.Core;

/// <summary>
/// The pool's decisions: who has which connection, who waits, what is to be opened, reset and closed.
/// </summary>
/// <remarks>
/// A plain class, for one caller at a time: no I/O, no clock, no threads. Every method takes the present time and leaves
/// what is to be done in <see cref="Effects"/>; the caller carries that out before the next call. What comes back later
/// names the incarnation or the lease it belongs to, and a stale one changes nothing.
/// The parts: requests, serving, preparing, leases, connections, health, sizing, sweeping, shutdown, adoption.
/// </remarks>
internal sealed partial class PoolState
{
    private readonly Random _random;
    private readonly Func<Slot, SocketState> _look;
    private readonly Func<Slot, bool> _prependReset;
    private readonly List<Slot> _slots;
    private readonly Stack<Slot> _free = new();
    private readonly KeyTable _keys;
    private readonly WaitQueue _queue = new();
    private readonly DeadlineWheel _deadlines;
    private readonly Backoff _backoff;

    // An idle connection is in one of these two, a lent one in the third; each in the order of the last change.
    private readonly IntrusiveList<Slot, Slot.InList> _common = new();
    private readonly IntrusiveList<Slot, Slot.InList> _owned = new();
    private readonly IntrusiveList<Slot, Slot.InList> _lent = new();

    // Requests that may not wait for other borrowers; few, and refused all at once when everything is lent.
    private readonly LinkedList<Waiter> _impatient = new();

    private PoolSettings _settings;
    private PoolCounts _counts;
    private long _orders;

    /// <param name="settings">Already validated.</param>
    /// <param name="now">The present time, on the clock that every call uses.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="look">Looks at the socket of an idle connection; takes no time worth speaking of.</param>
    /// <param name="prependReset">Has the full reset sent with the next command of an idle connection; takes no time either. False when the driver cannot do that.</param>
    public PoolState(PoolSettings settings, TimeSpan now, Random random, Func<Slot, SocketState> look, Func<Slot, bool> prependReset)
        : this(settings, new KeyTable(settings.KeyMemory), now, random, look, prependReset, [])
    {
    }

    private PoolState(PoolSettings settings, KeyTable keys, TimeSpan now, Random random, Func<Slot, SocketState> look, Func<Slot, bool> prependReset, List<Slot> slots)
    {
        _settings = settings;
        _random = random;
        _look = look;
        _prependReset = prependReset;
        _keys = keys;
        _deadlines = new DeadlineWheel(now);
        _backoff = new Backoff(settings.ReconnectBackoff, random);
        _slots = slots;
        CountSettings();
    }

    /// <summary>What the last call decided. To be carried out in order and then cleared.</summary>
    public List<Effect> Effects { get; } = [];

    public PoolPhase Phase { get; private set; } = PoolPhase.Starting;

    /// <summary>The slots that were needed so far.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Where borrowers find the entries of their keys, on their own threads. It outlives a core that crashes.</summary>
    public KeyTable Keys => _keys;

    public int KeyCount => _keys.Count;

    /// <summary>Closed, and every connection gone.</summary>
    public bool IsEmpty => Phase == PoolPhase.Closed && _counts.Taken == 0;

    /// <summary>The error of the last attempt to open, while opening fails.</summary>
    public Exception? LastConnectError => _backoff.LastError;

    public PoolCounts Counts
    {
        get
        {
            Settle();
            return _counts;
        }
    }

    /// <summary>As <see cref="Counts"/>, with everything in it that happened before the last <see cref="Settle"/>; changes with every call.</summary>
    public ref readonly PoolCounts Settled => ref _counts;

    /// <summary>Brings the numbers up to date that are not kept as the pool goes.</summary>
    public void Settle()
    {
        _counts.Waiting = Waiting;
        _counts.IsPaused = IsPaused;
        if (!ReferenceEquals(_counts.LastConnectError, LastConnectError?.Message))
            _counts.LastConnectError = LastConnectError?.Message;
        _counts.LongestHeldSince = _lent.First?.LentAt;
        _counts.LongestWaitSince = _queue.First?.Since;
    }

    private int Waiting => _queue.Count + _parked + _preparing;

    /// <summary>
    /// Without waiting for others the pool behaves as if every call did its work before it returned, like the reference:
    /// a connection whose reset is under way keeps its place in the idle order and is handed out in its turn.
    /// </summary>
    private bool Synchronous => _settings.AcquireTimeout == TimeSpan.Zero;

    private bool Sticky => _settings.KeyAffinity == KeyAffinity.Sticky;

    private bool Exclusive => _settings.KeySharing == KeySharing.Exclusive;

    private void Enter(Slot slot, SlotState state)
    {
        if (slot.State != SlotState.Free)
            PoolCounts.Of(ref _counts, slot.State)--;
        if (state != SlotState.Free)
            PoolCounts.Of(ref _counts, state)++;
        EndSlowness(slot);
        slot.State = state;
    }
}

internal enum PoolPhase : byte
{
    /// <summary>Opening the first <c>min-connections</c>.</summary>
    Starting,
    Running,

    /// <summary>No new leases; borrowed connections may come back.</summary>
    Stopping,

    /// <summary>Every lease is over; connections may still be closing.</summary>
    Closed,
}
