using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The waiting statements, and how many of their turns are in the queue of the requests. Statements without a key have lanes. Of each key that is free,
/// the oldest statement is held here, until it may join the queue: so no more connections are asked for than may run statements.
/// </summary>
internal sealed class StatementQueue(int maxBatch)
{
    private readonly WaitQueue _held = new(WaiterState.Held);
    private readonly WaitQueue _heldSlow = new(WaiterState.Held);
    private readonly List<StatementTurn> _turns = [];

    public StatementLanes Lanes { get; } = new(maxBatch);

    /// <summary>Turns in the queue, and those whose session is being initialized.</summary>
    public int Turns { get; private set; }

    /// <summary>Those of them that will run a slow statement for a key.</summary>
    public int SlowTurns { get; private set; }

    /// <summary>Nothing waits here.</summary>
    public bool IsEmpty => Lanes.Count == 0 && _held.Count == 0 && _heldSlow.Count == 0;

    /// <summary>One of the statements here; null when there is none.</summary>
    public Waiter? First => Lanes.Oldest(isSlowAllowed: true) ?? _held.First ?? _heldSlow.First;

    /// <summary>When the oldest statement here arrived; null when there is none.</summary>
    public TimeSpan? OldestSince => Time.Earlier(Lanes.Oldest(isSlowAllowed: true)?.Since, Time.Earlier(_held.First?.Since, _heldSlow.First?.Since));

    /// <summary>All statements here, in no particular order.</summary>
    public IEnumerable<Waiter> All => Lanes.All.Concat(_held.All).Concat(_heldSlow.All);

    /// <summary>Holds the oldest statement of a key whose turn it is.</summary>
    public void Hold(ToldStatement statement) => QueueOf(statement).AddByRank(statement);

    public void Release(ToldStatement statement) => QueueOf(statement).Remove(statement);

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
        var keyed = _held.First;
        if (slowFree > 0 && _heldSlow.First is { } slow && (keyed is null || slow.Order < keyed.Order))
            keyed = slow;
        var lane = _turns.Count < Lanes.Wanted(slowFree) ? Lanes.Oldest(slowFree > 0) : null;
        if (lane is null || (keyed is not null && keyed.Order < lane.Order))
        {
            if (keyed is not null)
                Release((ToldStatement)keyed);
            return keyed;
        }

        return new StatementTurn { Order = lane.Order, Since = lane.Since };
    }

    /// <summary>A turn that is not needed any longer, because statements were given up.</summary>
    public StatementTurn? SurplusTurn(int slowFree) => _turns.Count > 0 && _turns.Count > Lanes.Wanted(slowFree) ? _turns[^1] : null;

    /// <summary>A turn has joined the queue.</summary>
    public void Joined(Waiter turn)
    {
        Turns++;
        if (turn is StatementTurn ofLanes)
            _turns.Add(ofLanes);
        else if (turn is ToldStatement { Pace: Pace.Slow })
            SlowTurns++;
    }

    /// <summary>A turn has left the queue, served or not.</summary>
    public void Left(Waiter turn)
    {
        Turns--;
        if (turn is StatementTurn ofLanes)
            _turns.Remove(ofLanes);
        else if (turn is ToldStatement { Pace: Pace.Slow })
            SlowTurns--;
    }

    /// <summary>The invariant; null while it holds.</summary>
    public string? Violation() => Lanes.Violation() ?? (_turns.Count <= Turns && SlowTurns <= Turns ? null : $"{Turns} turns are counted, and {_turns.Count} of them without a key");

    private WaitQueue QueueOf(ToldStatement statement) => statement.Pace == Pace.Slow ? _heldSlow : _held;
}
