using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

// Statements: those without a key wait in lanes, and a connection takes a batch of them. Those of a key are exclusive requests of that key, and
// adjacent ones are run as one batch.
internal sealed partial class WaitingRequests
{
    private readonly StatementQueue _statements = new(policy.MaxBatch, paceOf);

    // Their ends were not reported.
    private readonly List<StatementBatch> _batches = [];

    /// <summary>How many statements wait.</summary>
    public int Statements { get; private set; }

    /// <summary>How many statements are in a batch that has not ended.</summary>
    public int RunningStatements { get; private set; }

    /// <summary>How many connections will run statements soon: their turns are in the queue.</summary>
    public int Turns => _statements.Turns;

    /// <summary>How many of them will run a slow statement.</summary>
    public int SlowTurns => _statements.SlowTurns;

    /// <summary>No statement waits for a connection; those of a key that is in use may wait.</summary>
    public bool NoStatementIsDue => _statements.IsEmpty;

    /// <summary>Batches whose end was not reported, also those of connections that are gone.</summary>
    public IReadOnlyList<StatementBatch> Batches => _batches;

    /// <summary>The keys whose statements run.</summary>
    public IEnumerable<KeyEntry> RunningKeys => _batches.Select(batch => batch.Key).OfType<KeyEntry>();

    /// <summary>Notes what is known of the text of a new statement.</summary>
    public void SetPace(ToldStatement statement) => statement.Pace = paceOf(statement);

    /// <summary>Notes it again, for a statement for whose key a session was initialized.</summary>
    public void SetPaceOfInitialized(ToldStatement statement)
    {
        _statements.Left(statement);
        _statements.SetPace(statement);
        _statements.Prepared(statement);
    }

    /// <summary>Lets the statements ask for as many connections as they may use and need, in the order of their arrival.</summary>
    /// <param name="connections">How many connections may run statements besides those that do.</param>
    /// <param name="slow">How many of them may run slow ones.</param>
    public void AdmitStatements(int connections, int slow)
    {
        if (_statements.IsEmpty)
            return;
        if (_statements.IsStale(connections - _statements.Turns, slow - _statements.SlowTurns))
            WithdrawTurns();
        while (_statements.NextTurn(connections - _statements.Turns, slow - _statements.SlowTurns) is { } turn)
        {
            _queue.AddByRank(turn);
            _statements.Joined(turn);
        }
    }

    private void WithdrawTurns()
    {
        while (_statements.Last is { } turn)
        {
            Leave(turn);
            if (turn is ToldStatement statement)
                _statements.Hold(statement);
        }
    }

    /// <summary>The next waiting request when all are refused, one after the other; null when only those are left whose key is in use.</summary>
    public Waiter? NextToRefuse()
    {
        while (_queue.First is StatementTurn turn)
            Leave(turn);
        return _queue.First ?? _statements.First;
    }

    /// <summary>The turn was served, or cannot be.</summary>
    public void End(StatementTurn turn) => Leave(turn);

    /// <summary>Takes the statements of a batch out of their places: those without a key that fit best, or adjacent ones of a key.</summary>
    /// <param name="batch">An empty batch.</param>
    /// <param name="first">The oldest statement of a key; null for statements without a key.</param>
    /// <param name="share">How many connections share the statements without a key.</param>
    /// <param name="isSlowAllowed">A slow statement without a key may run.</param>
    /// <param name="givenUp">Takes those whose callers have given up.</param>
    public void BeginBatch(StatementBatch batch, ToldStatement? first, int share, bool isSlowAllowed, Action<Waiter> givenUp)
    {
        batch.Key = first?.Entry;
        if (batch.Key is { } key)
            TakeOfKey(batch, key);
        else
            Statements -= _statements.Lanes.Take(batch, share, isSlowAllowed);
        foreach (var statement in batch.Statements)
        {
            statement.State = WaiterState.Running;
            statement.Runs++;
            RunningStatements++;
        }

        batch.Statements.RemoveAll(statement =>
        {
            if (statement.TryClaim())
                return false;
            givenUp(statement);
            return true;
        });
    }

    /// <summary>Makes a batch of one statement, which did not have to wait.</summary>
    /// <returns>When its deadline is noticed.</returns>
    public TimeSpan BeginBatch(StatementBatch batch, ToldStatement statement, TimeSpan timeout)
    {
        SetDeadline(statement, timeout);
        batch.Key = statement.Entry;
        batch.IsSlow = statement.Pace == Pace.Slow;
        batch.Statements.Add(statement);
        statement.State = WaiterState.Running;
        statement.Runs++;
        RunningStatements++;
        return DeadlineWheel.TickEnd(statement.Deadline);
    }

    /// <summary>A connection runs the batch: until it ends, the other requests of its key wait.</summary>
    public void Bind(StatementBatch batch, Slot slot)
    {
        _batches.Add(batch);
        foreach (var statement in batch.Statements)
            statement.RunsOn = slot;
        if (batch.Key is { } key)
            key.RunsIn = batch;
    }

    /// <summary>The caller of a running statement has given up.</summary>
    public void Abandon(ToldStatement statement)
    {
        statement.IsAbandoned = true;
        _deadlines.Remove(statement);
    }

    /// <summary>A run has ended without an answer.</summary>
    public static void NoteOutcome(ToldStatement statement, bool mayHaveRun) => statement.MayHaveRun |= mayHaveRun;

    /// <summary>A statement did not run, or may be run again: it waits in the place of its arrival.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="mayHaveRun">The run may have carried it out.</param>
    /// <param name="alone">The next time it runs alone.</param>
    public void QueueAgain(ToldStatement statement, bool mayHaveRun, bool alone)
    {
        if (alone)
            statement.Pace = Pace.Slow;
        else
            _statements.SetPace(statement);
        RunningStatements--;
        Note(statement, 1);
        statement.RunsOn = null;
        NoteOutcome(statement, mayHaveRun);
        if (statement.Entry is not { } key)
        {
            _statements.Lanes.Add(statement);
            return;
        }

        // Its batch has the key still.
        statement.State = WaiterState.Parked;
        _parked++;
        key.ExclusiveWaiters++;
        Waiter? before = null;
        for (var next = key.Waiters.First; next is not null && next.Order < statement.Order; next = key.Waiters.After(next))
            before = next;
        key.Waiters.AddAfter(before, statement);
    }

    /// <summary>The batch has ended, and its statements are queued again or ended.</summary>
    public void EndBatch(StatementBatch batch)
    {
        _batches.Remove(batch);
        if (batch.Key is not { } key)
            return;
        key.RunsIn = null;
        PassTurn(key);
        keys.Release(key);
    }

    /// <summary>After a crash: the batch runs on, or its connection will report what became of it.</summary>
    public void Adopt(StatementBatch batch)
    {
        _batches.Add(batch);
        foreach (var statement in batch.Statements)
        {
            statement.State = WaiterState.Running;
            RunningStatements++;
            if (!statement.IsAbandoned)
                _deadlines.Add(statement);
        }

        if (batch.Key is { } key)
            key.RunsIn = batch;
    }

    private void EndRun(ToldStatement statement)
    {
        RunningStatements--;
        statement.RunsOn = null;
        _deadlines.Remove(statement);
    }

    private void TakeOfKey(StatementBatch batch, KeyEntry key)
    {
        var bytes = 0;
        while (batch.Statements.Count < policy.MaxBatch && key is { HasWaiters: true, Waiters.First: ToldStatement next })
        {
            var isFirst = batch.Statements.Count == 0;
            if (!isFirst)
                _statements.SetPace(next);
            bytes += next.Bytes;
            // A slow one is alone. An unknown one stands last, so that no other waits for what it turns out to be.
            if (!isFirst && (next.Pace == Pace.Slow || bytes > StatementLanes.MostBytes))
                break;
            TakeOut(next);
            batch.Statements.Add(next);
            batch.IsSlow = next.Pace == Pace.Slow;
            if (next.Pace != Pace.Fast)
                break;
        }
    }

    private void Leave(Waiter waiter)
    {
        _queue.Remove(waiter);
        NoteTurnLeft(waiter);
    }

    private void NoteTurnLeft(Waiter waiter)
    {
        if (waiter.RunsStatements)
            _statements.Left(waiter);
    }

    private void Note(Waiter waiter, int by)
    {
        if (waiter is ToldStatement)
            Statements += by;
        else
            Requests += by;
    }
}
