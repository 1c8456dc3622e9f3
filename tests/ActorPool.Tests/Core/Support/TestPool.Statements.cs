using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// Statements: they are told, run and given up.
internal sealed partial class TestPool
{
    private int _statements;

    public TestStatement Tell(object text, object? key = null, TimeSpan? timeout = null, bool gone = false, int bytes = 0)
    {
        var statement = new TestStatement($"s{++_statements}", text, key, timeout, bytes) { Gone = gone, Entry = key is null ? null : State.Keys.Use(key) };
        Ledger.WasTold(statement);
        Step($"{statement.Name} = tell {text} {key ?? "-"} {Text(timeout)}{(bytes > 0 ? $" {bytes} bytes" : "")}{(gone ? " (gone)" : "")}", () => State.Tell(statement, Now));
        return statement;
    }

    /// <summary>So many statements of one text.</summary>
    public TestStatement[] Tell(int count, object text, object? key = null) => [.. Enumerable.Range(0, count).Select(_ => Tell(text, key))];

    /// <summary>The statement runs, or its answer was read and the next one runs.</summary>
    public void HeadMoves(BatchLedger batch, int to)
    {
        Log?.Invoke($"statement {to} of {batch} runs");
        batch.Batch.HasBegun = true;
        batch.Batch.Running = batch.At = to;
        batch.HeadSince = Now;
    }

    /// <summary>An answer was read, and no next one is known to run.</summary>
    public void HeadRests(BatchLedger batch)
    {
        Log?.Invoke($"none of {batch} runs");
        batch.Batch.Running = StatementBatch.Nothing;
    }

    /// <summary>The connection has the batch.</summary>
    public void Begins(BatchLedger batch)
    {
        Log?.Invoke($"{batch} begins");
        batch.Batch.HasBegun = true;
    }

    /// <summary>All statements are answered.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="took">How long each of them took.</param>
    public void BatchEnded(BatchLedger batch, TimeSpan took = default) => BatchEnded(batch, ReturnCondition.Clean, _ => StatementEnd.Answered, _ => took);

    public void BatchEnded(BatchLedger batch, ReturnCondition condition, Func<int, StatementEnd> end, Func<int, TimeSpan>? took = null)
    {
        batch.Batch.HasBegun = true;
        for (var i = 0; i < batch.Statements.Length; i++)
            (batch.Statements[i].End, batch.Statements[i].Took, batch.Statements[i].RowsRead) = (end(i), took?.Invoke(i) ?? default, 1);
        Ledger.BatchEnded(batch, condition, Now);
        Step($"{batch} ended {condition}: {string.Join(", ", batch.Statements.Select(statement => $"{statement.End} {Text(statement.Took)}"))}", () => State.BatchEnded(batch.Slot.Slot, batch.Batch, condition, Now));
    }

    /// <summary>The caller gives up; the pool hears of it.</summary>
    public void GiveUp(TestStatement statement)
    {
        statement.Gone = true;
        Ledger.GaveUp(statement, Now);
        Step($"give up {statement.Name}", () => State.Cancel(statement, Now));
    }

    /// <summary>Makes the text known, and fast or slow, by one run.</summary>
    public void Learn(object text, TimeSpan took)
    {
        var statement = Tell(text);
        Settle();
        var batch = Ledger.Batches.Find(batch => batch.Statements.Contains(statement));
        Unless(batch is not null, $"{text} does not run");
        BatchEnded(batch!, took);
        Settle();
    }

    /// <summary>Its connection has stopped before it began to run the batch: no end is reported.</summary>
    private void LostUnrun(SlotLedger slot)
    {
        foreach (var batch in Ledger.Batches.FindAll(batch => batch.Batch == slot.Slot.Batch && !batch.Batch.HasBegun))
            Ledger.BatchEnded(batch, ReturnCondition.Broken, Now);
    }
}
