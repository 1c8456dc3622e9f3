using ActorPool.Core.Model;

namespace ActorPool.Core.Health;

/// <summary>
/// When a connection is tested, so that a borrower does not get a dead one.
/// <list type="bullet">
/// <item>Before it is lent: its socket shows without a round trip whether the server closed it. A round trip tests it in three cases: the socket has
/// something to read; the socket cannot be read, and nothing was heard for half a second; nothing was heard for <c>validate-after-idle</c>.
/// In the first two cases, a full reset that is due anyway replaces the test.</item>
/// <item>On return, if no reset is due: when its socket has something to read.</item>
/// <item>While idle: every second by its socket, and by a round trip once nothing was heard for <c>validate-idle-every</c>. A network that drops
/// packets shows nothing on a socket.</item>
/// <item>When another connection was found dead: all idle ones together, so that any number of dead ones costs the time of one round trip.</item>
/// </list>
/// </summary>
/// <param name="policy">The pool's settings.</param>
/// <param name="tally">How many tests are in flight.</param>
/// <param name="probe">Reads the socket of a connection, without waiting.</param>
internal sealed class WhenToTest(PoolPolicy policy, Tally tally, Func<Slot, SocketState> probe)
{
    /// <summary>How often the sockets of idle connections are read while no request comes.</summary>
    internal static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(1);

    /// <summary>The most background tests in flight. Few are enough: after the first failed test the pool tests all idle connections.</summary>
    internal const int MostTests = 2;

    /// <summary>Connections that were opened together are due at different moments, spread over this part of <c>validate-idle-every</c>.</summary>
    internal const double TestSpread = 0.25;

    // The fractional parts of its multiples are spread evenly over 0 to 1, for any number of slots.
    private const double GoldenRatio = 0.6180339887498949;

    // An answer this recent is not tested again.
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(1);
    // How long an answer counts when the socket cannot be read.
    private static readonly TimeSpan UnknownFor = TimeSpan.FromMilliseconds(500);

    /// <summary>When the sockets of idle connections are read next; <see cref="TimeSpan.MaxValue"/> while none is idle.</summary>
    public TimeSpan NextProbe { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Reads the socket of a connection.</summary>
    public SocketState Probe(Slot slot) => probe(slot);

    /// <summary>The server answered on this connection.</summary>
    public static void Heard(Slot slot, TimeSpan now) => slot.Connection!.HeardAt = now;

    /// <summary>The user's check passed. It counts only for a lease granted at the same moment.</summary>
    public static void Checked(Slot slot, TimeSpan now) => slot.Connection!.CheckedAt = now;

    /// <summary>The next lease needs a check again.</summary>
    public static void ForgetCheck(Slot slot) => slot.Connection!.CheckedAt = TimeSpan.MinValue;

    /// <summary>Whether an idle connection must be validated before it is lent.</summary>
    public bool MustValidate(Slot slot, TimeSpan now)
    {
        if (IsLongUnheard(slot, now))
            return true;
        var unheard = now - slot.Connection!.HeardAt;
        return unheard >= FreshFor && probe(slot) switch
        {
            SocketState.Silent => false,
            SocketState.Readable => true,
            _ => unheard > UnknownFor,
        };
    }

    public bool IsLongUnheard(Slot slot, TimeSpan now) =>
        policy.ValidateAfterIdle >= TimeSpan.Zero && now - slot.Connection!.HeardAt > policy.ValidateAfterIdle;

    public bool MustCheck(Slot slot, TimeSpan now) => policy.HasCheck && slot.Connection!.CheckedAt != now;

    /// <summary>The backend may have ended during the lease, since the socket has something to read. Only a command shows that to the borrower.</summary>
    public bool DiedWhileLent(Slot slot, TimeSpan now) =>
        now - (slot.State == SlotState.Working ? slot.Batch!.StartedAt : slot.LentAt) >= FreshFor && probe(slot) == SocketState.Readable;

    /// <summary>Whether the server was heard on this connection a moment ago, so that a test would show nothing new.</summary>
    public static bool IsFresh(Slot slot, TimeSpan now) => now - slot.Connection!.HeardAt < FreshFor;

    /// <summary>How long nothing may be heard on a slot's connection before it is tested in the background.</summary>
    public TimeSpan TestAfter(Slot slot) =>
        policy.ValidateIdleEvery is { } every ? every * (1 - TestSpread * (slot.Index * GoldenRatio % 1)) : TimeSpan.MaxValue;

    /// <summary>When an idle connection is tested, unless the server is heard on it before.</summary>
    public static TimeSpan TestDueAt(Slot slot) => Time.After(slot.Connection!.HeardAt, slot.Connection.TestAfter);

    /// <summary>A connection has become idle; its socket is read from now on.</summary>
    public void ProbeFrom(TimeSpan now)
    {
        if (NextProbe == TimeSpan.MaxValue)
            NextProbe = now + ProbeEvery;
    }

    /// <summary>The idle connections whose socket has something to read, once a second.</summary>
    public IEnumerable<Slot> TakeReadable(IEnumerable<Slot> slots, TimeSpan now)
    {
        if (now < NextProbe)
            yield break;
        var seen = false;
        foreach (var slot in slots)
        {
            if (slot.State != SlotState.Idle)
                continue;
            var socket = probe(slot);
            seen |= socket != SocketState.Unknown;
            if (socket == SocketState.Readable)
                yield return slot;
        }

        NextProbe = seen ? now + ProbeEvery : TimeSpan.MaxValue;
    }

    /// <summary>The idle connections whose background test is due; at most <see cref="MostTests"/> in flight.</summary>
    public IEnumerable<Slot> TakeDue(IEnumerable<Slot> slots, TimeSpan now)
    {
        AreTestsHeldBack = false;
        if (policy.ValidateIdleEvery is null)
            yield break;
        foreach (var slot in slots)
        {
            if (slot.State != SlotState.Idle || now < TestDueAt(slot))
                continue;
            AreTestsHeldBack = tally.Counts.Validating >= MostTests;
            if (AreTestsHeldBack)
                yield break;
            yield return slot;
        }
    }

    /// <summary>When the pool has to be woken for the background test of an idle connection.</summary>
    public TimeSpan WakeForTestOf(Slot slot)
    {
        if (policy.ValidateIdleEvery is null || tally.Counts.Validating < MostTests)
            return TestDueAt(slot);
        AreTestsHeldBack = true;
        return TimeSpan.MaxValue;
    }

    /// <summary>A due test waits for the end of another.</summary>
    public bool AreTestsHeldBack { get; private set; }

    /// <summary>
    /// When a round trip of the pool counts as stuck. A test ends by itself within <c>validate-timeout</c>, and a hook has its own time limit.
    /// </summary>
    public TimeSpan StuckAt(Slot slot)
    {
        var operation = slot.Operation!;
        if (operation.Work.Has(ConnectionWorkKinds.OfHooks) || (operation.Work.Has(ConnectionWork.FullReset) && policy.HasConfigure))
            return TimeSpan.MaxValue;
        var limit = Time.After(operation.StartedAt, policy.ValidateTimeout);
        return operation.Work.Has(ConnectionWork.Validate) ? Time.After(limit, policy.ValidateTimeout) : limit;
    }

    /// <summary>
    /// The room's invariant; null while it holds: the sockets of idle connections are read, and each connection's time to a test is in its
    /// range.
    /// </summary>
    public string? Violation(IEnumerable<Slot> slots)
    {
        foreach (var slot in slots)
        {
            if (slot.State == SlotState.Idle && NextProbe == TimeSpan.MaxValue && probe(slot) != SocketState.Unknown)
                return $"the socket of idle slot {slot.Index} is never read";
            if (slot.Connection is { } connection && policy.ValidateIdleEvery is { } every && (connection.TestAfter > every || connection.TestAfter < every * (1 - TestSpread)))
                return $"slot {slot.Index} is tested after {connection.TestAfter}";
        }

        return null;
    }
}
