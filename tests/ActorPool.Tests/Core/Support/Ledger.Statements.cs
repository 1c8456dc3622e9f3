using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// The statements: those that wait, and the batches that run.
internal sealed partial class Ledger
{
    private readonly Dictionary<object, (double Ticks, double Rows)> _paces = new(ReferenceEqualityComparer.Instance);

    private bool _isClosing;

    /// <summary>Statements without an answer that do not run, in the order of arrival.</summary>
    public List<TestStatement> Told { get; } = [];

    /// <summary>Batches whose end was not reported, also those of connections that are gone.</summary>
    public List<BatchLedger> Batches { get; } = [];

    public int Running => Slots.Count(slot => slot.Batch is not null);

    public int StatementsRun { get; private set; }

    public int StatementsRunAgain { get; private set; }

    /// <summary>So many callers heard that their statement may have been carried out.</summary>
    public int StatementsUnknown { get; private set; }

    public int BatchesBegun { get; private set; }

    /// <summary>At most this many connections run statements.</summary>
    public int StatementConnections => Math.Min(settings.Pipeline.Connections ?? Math.Max(1, settings.MaxConnections / 2), settings.MaxConnections);

    public int SlowConnections => Math.Max(1, StatementConnections - 1);

    public void WasTold(TestStatement statement)
    {
        statement.Number = ++_arrivals;
        Told.Add(statement);
    }

    public void GaveUp(TestStatement statement, TimeSpan now)
    {
        statement.HeardGoneAt ??= now;
        Told.Remove(statement);
    }

    /// <summary>What is known of the text of a statement by the reports.</summary>
    public Pace PaceOf(TestStatement statement)
    {
        if (statement.MustBeAlone)
            return Pace.Slow;
        if (!_paces.TryGetValue(statement.Text, out var pace))
            return Pace.Unknown;
        return pace.Ticks > settings.Pipeline.SlowAfter.Ticks || pace.Rows > 1000 ? Pace.Slow : Pace.Fast;
    }

    /// <summary>The connection has ended the batch; what became of each statement is noted in it.</summary>
    public void BatchEnded(BatchLedger batch, ReturnCondition condition, TimeSpan now)
    {
        Batches.Remove(batch);
        foreach (var statement in batch.Statements)
        {
            StatementsUnknown += statement.IsOutcomeUnknown ? 1 : 0;
            if (statement.End == StatementEnd.Answered)
                Learn(statement);
            else
                Unrun(statement);
        }

        if (batch.Slot.Batch != batch)
            return;
        batch.Slot.Batch = null;
        Used(batch.Slot, condition, now);
    }

    private void Learn(TestStatement statement)
    {
        StatementsRun++;
        if (!statement.Gone)
            statement.Answer = EffectKind.Run;
        var (ticks, rows) = _paces.GetValueOrDefault(statement.Text, (statement.Took.Ticks, statement.RowsRead));
        _paces[statement.Text] = (ticks + (statement.Took.Ticks - ticks) / 8, rows + (statement.RowsRead - rows) / 8);
    }

    private void Unrun(TestStatement statement)
    {
        statement.MayHaveBeenDone |= statement.End == StatementEnd.Repeat;
        statement.MustBeAlone |= statement.End is StatementEnd.RunAgain or StatementEnd.Repeat;
        if (statement.Gone)
            return;
        if (!Ending)
            StatementsRunAgain++;
        Told.Insert(Told.FindIndex(other => other.Number > statement.Number) is >= 0 and var index ? index : Told.Count, statement);
    }

    private void Refuse(TestStatement statement, in Effect effect, TimeSpan now)
    {
        var waiting = Waiting.Count + Told.Count;
        Unless(Told.Remove(statement) && statement.Answer is null, $"{statement.Name} is refused, and does not wait ({statement})");
        // A caller that has given up may be answered: nothing comes of it.
        Unless(!statement.Claimed, $"{statement.Name} runs and is refused");
        Unless(statement.MayHaveRun == statement.MayHaveBeenDone, $"{statement.Name} is refused as {(statement.MayHaveRun ? "perhaps done" : "not done")}");
        (statement.Answer, statement.Error, statement.Why) = (EffectKind.Refuse, effect.Refusal, effect.Why);
        StatementsUnknown += statement.MayHaveBeenDone ? 1 : 0;
        var legal = effect.Refusal switch
        {
            Refusal.Closed => Ending || StartFailed || LastConnectError is not null,
            Refusal.TooManyWaiting => waiting > settings.MaxWaiting,
            Refusal.Timeout => effect.Why is not null && now >= DueOf(statement),
            Refusal.ConnectFailed => effect.Cause is not null && (effect.Cause == LastConnectError || effect.Cause == HookError),
            _ => false,
        };
        Unless(legal, $"{statement.Name} is refused with {effect.Refusal} for no reason");
    }

    private void Late(TestStatement statement, TimeSpan now)
    {
        Unless(Batches.Exists(batch => batch.Statements.Contains(statement)), $"{statement.Name} is late, and does not run");
        Unless(statement.HeardGoneAt is null, $"{statement.Name} is late after its caller has given up");
        Unless(now >= DueOf(statement), $"{statement.Name} is late before its time");
        statement.HeardGoneAt = now;
        GiveUpFor(statement, EffectKind.Late);
    }

    private static void GiveUpFor(TestStatement statement, EffectKind answer)
    {
        if (!statement.Gone)
            (statement.Gone, statement.Answer, statement.IsOutcomeUnknown) = (true, answer, true);
    }

    private void Unanswered(TestStatement statement, TimeSpan now)
    {
        Unless(_isClosing && Taken == 0 && Batches.Exists(batch => batch.Statements.Contains(statement)), $"{statement.Name} is given up for no reason");
        Unless(statement.HeardGoneAt is null, $"{statement.Name} is given up after its caller");
        statement.HeardGoneAt = now;
        GiveUpFor(statement, EffectKind.Unanswered);
    }

    private static void Cancel(SlotLedger slot, int index, TimeSpan now)
    {
        var batch = slot.Batch;
        Unless(batch is not null, $"slot {slot.Slot.Index}: a statement is cancelled, and none runs");
        Unless(batch!.Batch.Running == index && batch.Head is { HeardGoneAt: not null }, $"{batch}: statement {index} is cancelled, and must not be");
        Unless(batch.Cancelled != index, $"{batch}: statement {index} is cancelled twice");
        (batch.Cancelled, batch.CancelledAt) = (index, now);
    }

    /// <summary>The connection of a running batch is ended: the batch may still report.</summary>
    private void Abort(SlotLedger slot, TimeSpan now)
    {
        if (slot.Batch is not { } batch)
            return;
        var isSilent = batch.Cancelled == batch.Batch.Running && now - batch.CancelledAt >= PoolState.CancelPatience;
        Unless(_isClosing || slot.Crashed || isSilent, $"{batch}: its connection is ended for no reason");
        slot.Batch = null;
    }
}
