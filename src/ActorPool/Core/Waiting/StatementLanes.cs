using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The waiting statements without a key, in lanes by their pace, each in the order of arrival. A connection takes a whole batch from them: fast
/// statements first, then one of each unknown text, or one slow statement.
/// </summary>
/// <param name="maxBatch">The most statements in a batch.</param>
/// <param name="paceOf">What is known of the text of a statement at this moment.</param>
internal sealed class StatementLanes(int maxBatch, Func<ToldStatement, Pace> paceOf)
{
    /// <summary>The most bytes of parameters in a batch of several statements.</summary>
    internal const int MostBytes = 64 * 1024;

    /// <summary>So many statements ask for one connection: batches absorb a burst before new connections do.</summary>
    internal const int StatementsPerConnection = 8;

    private readonly IntrusiveList<Waiter, Waiter.InQueue> _fast = new();
    private readonly IntrusiveList<Waiter, Waiter.InQueue> _unknown = new();
    private readonly IntrusiveList<Waiter, Waiter.InQueue> _slow = new();

    // Texts that are already in the batch that is being made.
    private readonly HashSet<object> _texts = new(ReferenceEqualityComparer.Instance);
    private readonly List<ToldStatement> _last = [];

    // The last statement that was not added at an end: others that come back are put behind it.
    private Waiter? _returned;

    public int Count => _fast.Count + _unknown.Count + _slow.Count;

    /// <summary>How many slow ones wait.</summary>
    public int Slow => _slow.Count;

    /// <summary>All of them, in no particular order.</summary>
    public IEnumerable<Waiter> All => _fast.Items.Concat(_unknown.Items).Concat(_slow.Items);

    /// <summary>How many connections the waiting statements ask for.</summary>
    /// <param name="slowFree">How many more connections may run slow statements.</param>
    public int Wanted(int slowFree)
    {
        var others = _fast.Count + _unknown.Count;
        return ((others + StatementsPerConnection - 1) / StatementsPerConnection) + Math.Min(_slow.Count, Math.Max(0, slowFree));
    }

    /// <summary>The oldest statement that a connection may run.</summary>
    public Waiter? Oldest(bool isSlowAllowed)
    {
        LeaveToSlow(_fast);
        LeaveToSlow(_unknown);
        var oldest = Older(_fast.First, _unknown.First);
        return isSlowAllowed ? Older(oldest, _slow.First) : oldest;
    }

    public void Add(ToldStatement statement)
    {
        statement.State = WaiterState.InLane;
        var lane = LaneOf(statement);
        // One that comes back keeps the rank of its arrival.
        if (lane.Last is not { } last || last.Order < statement.Order)
        {
            lane.AddLast(statement);
            return;
        }

        var before = _returned is { } returned && lane.Contains(returned) && returned.Order < statement.Order ? returned : null;
        for (var next = before is null ? lane.First : lane.After(before); next is not null && next.Order < statement.Order; next = lane.After(next))
            before = next;
        lane.AddAfter(before, statement);
        _returned = statement;
    }

    public void Remove(Waiter statement)
    {
        if (!_fast.Remove(statement) && !_unknown.Remove(statement))
            _slow.Remove(statement);
        statement.State = WaiterState.Done;
    }

    /// <summary>Moves a statement to the lane of its present pace.</summary>
    public void Move(ToldStatement statement)
    {
        Remove(statement);
        Add(statement);
    }

    /// <summary>
    /// Takes the statements of the next batch out of their lanes. The list stays empty when only slow ones wait and none may run.
    /// </summary>
    /// <param name="batch">An empty batch.</param>
    /// <param name="share">How many connections share the waiting statements at this moment; at least 1.</param>
    /// <param name="isSlowAllowed">A slow statement may run.</param>
    /// <returns>How many they are.</returns>
    public int Take(StatementBatch batch, int share, bool isSlowAllowed)
    {
        if (Oldest(isSlowAllowed) is not ToldStatement oldest)
            return 0;
        if (oldest.Pace == Pace.Slow)
        {
            batch.IsSlow = true;
            Take(oldest, batch.Statements);
            return 1;
        }

        var size = Math.Min(maxBatch, (_fast.Count + _unknown.Count + share - 1) / share);
        var (bytes, looks) = (0, 2 * maxBatch);
        var unknown = (ToldStatement?)_unknown.First;
        while (batch.Statements.Count + _last.Count < size && looks-- > 0 && Older(_fast.First, unknown) is ToldStatement next)
        {
            if (ReferenceEquals(next, unknown))
                unknown = (ToldStatement?)_unknown.After(next);
            // Since it came, its text may have become known.
            next.Pace = paceOf(next);
            if (next.Pace == Pace.Slow)
            {
                Move(next);
                continue;
            }

            // Of each unknown text one: the others wait for what it turns out to be.
            if (next.Pace == Pace.Unknown && _texts.Contains(next.Text))
                continue;
            bytes += next.Bytes;
            if (bytes > MostBytes && batch.Statements.Count + _last.Count > 0)
                break;
            if (next.Pace == Pace.Unknown)
                _texts.Add(next.Text);
            Take(next, next.Pace == Pace.Unknown ? _last : batch.Statements);
        }

        batch.Statements.AddRange(_last);
        _last.Clear();
        _texts.Clear();
        return batch.Statements.Count;
    }

    /// <summary>The room's invariant; null while it holds: every statement is in a lane, in the order of arrival.</summary>
    public string? Violation()
    {
        foreach (var lane in (IntrusiveList<Waiter, Waiter.InQueue>[])[_fast, _unknown, _slow])
        {
            if (lane.Items.Any(waiter => waiter is not ToldStatement { State: WaiterState.InLane, Entry: null }))
                return "a lane has something else than waiting statements";
            if (lane.Items.Zip(lane.Items.Skip(1), (statement, next) => statement.Order < next.Order).Contains(false))
                return "the statements of a lane are out of order";
        }

        return null;
    }

    // The oldest one may have become slow since it came. Each statement moves at most once.
    private void LeaveToSlow(IntrusiveList<Waiter, Waiter.InQueue> lane)
    {
        while (lane.First is ToldStatement first && paceOf(first) == Pace.Slow)
        {
            first.Pace = Pace.Slow;
            Move(first);
        }
    }

    private void Take(ToldStatement statement, List<ToldStatement> into)
    {
        Remove(statement);
        into.Add(statement);
    }

    private IntrusiveList<Waiter, Waiter.InQueue> LaneOf(ToldStatement statement) => statement.Pace switch
    {
        Pace.Fast => _fast,
        Pace.Slow => _slow,
        _ => _unknown,
    };

    private static Waiter? Older(Waiter? first, Waiter? second) =>
        first is null || (second is not null && second.Order < first.Order) ? second : first;
}
