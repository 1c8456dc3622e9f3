using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The waiting statements, and their turns in the queue of the requests. Statements without a key have lanes. Of each key that is free,
/// the oldest statement is held here, until it may join the queue: so no more connections are asked for than may run statements.
/// </summary>
/// <param name="maxBatch">The most statements in a batch.</param>
/// <param name="paceOf">What is known of the text of a statement at this moment.</param>
internal sealed class StatementQueue(int maxBatch, Func<ToldStatement, Pace> paceOf)
{
    private readonly WaitQueue _held = new(WaiterState.Held);
    private readonly WaitQueue _heldSlow = new(WaiterState.HeldSlow);

    // At most as many as connections may run statements.
    private readonly List<Waiter> _queued = [];
    private int _ofLanes;

    public StatementLanes Lanes { get; } = new(maxBatch, paceOf);

    /// <summary>Turns in the queue, and those whose session is being initialized.</summary>
    public int Turns { get; private set; }

    /// <summary>Those of them that will run a slow statement for a key.</summary>
    public int SlowTurns { get; private set; }

    /// <summary>No statement waits for a connection; those of a key that is in use may wait.</summary>
    public bool IsEmpty => Turns == 0 && Lanes.Count == 0 && _held.Count == 0 && _heldSlow.Count == 0;

    /// <summary>One of the statements here; null when there is none.</summary>
    public Waiter? First => Lanes.Oldest(isSlowAllowed: true) ?? _held.First ?? _heldSlow.First;

    /// <summary>When the oldest statement here arrived; null when there is none.</summary>
    public TimeSpan? OldestSince => Time.Earlier(Lanes.Oldest(isSlowAllowed: true)?.Since, Time.Earlier(_held.First?.Since, _heldSlow.First?.Since));

    /// <summary>All statements here, in no particular order.</summary>
    public IEnumerable<Waiter> All => Lanes.All.Concat(_held.All).Concat(_heldSlow.All);

    /// <summary>The youngest turn in the queue; null when there is none.</summary>
    public Waiter? Last => _queued.Count > 0 ? _queued[^1] : null;

    /// <summary>How many turns are in the queue.</summary>
    public int Queued => _queued.Count;

    /// <summary>Holds the oldest statement of a key whose turn it is.</summary>
    public void Hold(ToldStatement statement)
    {
        SetPace(statement);
        (statement.Pace == Pace.Slow ? _heldSlow : _held).AddByRank(statement);
    }

    public void Release(Waiter statement) => (statement.State == WaiterState.HeldSlow ? _heldSlow : _held).Remove(statement);

    /// <summary>Notes the present pace of a statement that is counted nowhere. A slow one stays slow: it waits among the slow ones, or must run alone.</summary>
    public void SetPace(ToldStatement statement)
    {
        if (statement.Pace != Pace.Slow)
            statement.Pace = paceOf(statement);
    }

    /// <summary>
    /// Whether the turns in the queue no longer fit: there are too many, their ranks have changed, or an older one waits. Reads each turn.
    /// </summary>
    /// <param name="free">How many more connections may run statements.</param>
    /// <param name="slowFree">How many more may run slow ones.</param>
    public bool IsStale(int free, int slowFree)
    {
        if (_queued.Count == 0)
            return false;
        if (free < 0 || slowFree < 0)
            return true;
        var youngest = 0L;
        foreach (var turn in _queued)
        {
            youngest = Math.Max(youngest, turn.Order);
            if (turn is ToldStatement { Pace: Pace.Slow })
                slowFree++;
        }

        var lane = Lanes.Oldest(slowFree > 0);
        var wanted = Lanes.Wanted(slowFree);
        foreach (var turn in _queued)
        {
            if (turn is ToldStatement statement ? statement.Pace != Pace.Slow && paceOf(statement) == Pace.Slow : turn.Order != lane?.Order)
                return true;
        }

        return _ofLanes > wanted || OldestHeld(slowFree > 0)?.Order < youngest || (_ofLanes < wanted && lane?.Order < youngest);
    }

    /// <summary>
    /// The next turn to join the queue, the oldest one first: of a key, whose statement then leaves this place, or of those without a key. Null when
    /// no more may join.
    /// </summary>
    /// <param name="free">How many more connections may run statements.</param>
    /// <param name="slowFree">How many more may run slow ones.</param>
    public Waiter? NextTurn(int free, int slowFree)
    {
        if (free <= 0)
            return null;
        var keyed = OldestHeld(slowFree > Math.Min(Lanes.Slow, _ofLanes));
        var lane = _ofLanes < Lanes.Wanted(slowFree) ? Lanes.Oldest(slowFree > 0) : null;
        if (lane is not null && (keyed is null || lane.Order < keyed.Order))
            return new StatementTurn { Order = lane.Order, Since = lane.Since };
        if (keyed is not null)
            Release(keyed);
        return keyed;
    }

    /// <summary>A turn has joined the queue.</summary>
    public void Joined(Waiter turn)
    {
        Prepared(turn);
        _queued.Add(turn);
        if (turn is StatementTurn)
            _ofLanes++;
    }

    /// <summary>A session is being initialized for the oldest statement of a key, which is in the queue no longer or was not in it.</summary>
    public void Prepared(Waiter turn)
    {
        Turns++;
        if (turn is ToldStatement { Pace: Pace.Slow })
            SlowTurns++;
    }

    /// <summary>A turn has left the queue or the initialized session, served or not.</summary>
    public void Left(Waiter turn)
    {
        Turns--;
        if (turn is ToldStatement { Pace: Pace.Slow })
            SlowTurns--;
        if (_queued.Remove(turn) && turn is StatementTurn)
            _ofLanes--;
    }

    /// <summary>The invariant; null while it holds.</summary>
    public string? Violation() =>
        Lanes.Violation()
        ?? (_queued.Count <= Turns && SlowTurns <= Turns && _queued.Count(turn => turn is StatementTurn) == _ofLanes ? null : $"{Turns} turns are counted, and {_ofLanes} of them without a key");

    private Waiter? OldestHeld(bool isSlowAllowed)
    {
        // Since it came here, its text may have become known as slow.
        while (_held.First is ToldStatement first && paceOf(first) == Pace.Slow)
        {
            _held.Remove(first);
            Hold(first);
        }

        var held = _held.First;
        return isSlowAllowed && _heldSlow.First is { } slow && (held is null || slow.Order < held.Order) ? slow : held;
    }
}
