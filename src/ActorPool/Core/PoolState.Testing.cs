namespace ActorPool.Core;

/// <summary>
/// A network that drops packets says nothing at all: only a round trip shows that a connection is dead. Idle connections are tested
/// in the background before a borrower comes; what is stuck gives up its place when a request needs it.
/// </summary>
internal sealed partial class PoolState
{
    /// <summary>Background tests at once at most: few, since the first that fails has all idle connections tested.</summary>
    internal const int MostTests = 2;

    /// <summary>
    /// Connections that were opened together are due at different moments, spread over this part of <c>validate-idle-every</c>.
    /// </summary>
    internal const double TestSpread = 0.25;

    private const ConnectionWork OfHooks = ConnectionWork.OnReturn | ConnectionWork.Check | ConnectionWork.Initialize;

    // Its multiples, without their whole part, lie evenly between 0 and 1, however many there are.
    private const double GoldenRatio = 0.6180339887498949;

    private bool _testsHeldBack;

    // The last sweep has found a stuck reset, and nothing that needed its place.
    private bool _isStuck;

    /// <summary>When an idle connection is tested unless it is heard of before.</summary>
    private static TimeSpan TestDueAt(Slot slot) => After(slot.HeardAt, slot.TestAfter);

    private TimeSpan TestAfter(int index) =>
        _settings.ValidateIdleEvery is { } every ? every * (1 - TestSpread * (index * GoldenRatio % 1)) : TimeSpan.MaxValue;

    private void TestIdle(TimeSpan now)
    {
        _testsHeldBack = false;
        if (_settings.ValidateIdleEvery is null)
            return;
        foreach (var slot in _slots)
        {
            if (slot.State != SlotState.Idle || now < TestDueAt(slot))
                continue;
            _testsHeldBack = _counts.Validating >= MostTests;
            if (_testsHeldBack)
                return;
            Validate(slot, now);
        }
    }

    private TimeSpan NextTestOf(Slot slot)
    {
        if (_settings.ValidateIdleEvery is null || _counts.Validating < MostTests)
            return TestDueAt(slot);
        _testsHeldBack = true;
        return TimeSpan.MaxValue;
    }

    /// <summary>A test has ended: one that was held back may begin.</summary>
    private void WakeForTests(TimeSpan now)
    {
        if (_testsHeldBack)
            WakeBy(now);
    }

    /// <summary>
    /// When a round trip of the pool counts as stuck. A test ends by itself in <c>validate-timeout</c>, and a hook has its own bound.
    /// </summary>
    private TimeSpan StuckAt(Slot slot) =>
        (slot.Work & OfHooks) != 0 || (slot.Work.HasFlag(ConnectionWork.FullReset) && _settings.Configure is not null) ? TimeSpan.MaxValue
        : slot.Work.HasFlag(ConnectionWork.Validate) ? After(After(slot.StartedAt, _settings.ValidateTimeout), _settings.ValidateTimeout)
        : After(slot.StartedAt, _settings.ValidateTimeout);

    /// <summary>Stuck resets are given up, but only for requests that wait and find no room. False when there was none to give up.</summary>
    private bool GiveUpStuck(TimeSpan now)
    {
        var any = false;
        foreach (var slot in _slots)
        {
            if (slot.State != SlotState.Resetting || now < StuckAt(slot))
                continue;
            _isStuck = !NeedsPlace;
            if (_isStuck)
                break;
            any = true;
            Abort(slot, CloseReason.Lost, slot.Work);
            ValidateIdle(now);
        }

        return any;
    }

    /// <summary>
    /// More requests wait than will be served without it. A close may hang as well, so its place does not count. In the synchronous way
    /// nothing is ever slow, so round trips do not count.
    /// </summary>
    private bool NeedsPlace =>
        Phase == PoolPhase.Running && !IsPaused && _counts.Taken >= _settings.MaxConnections
        && Demand > SoonOpen + (Synchronous ? 0 : SoonReady);
}
