using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Support;

// What a batch may be.
internal sealed partial class Ledger
{
    private const int MostBytes = 64 * 1024;

    private void Run(SlotLedger slot, TimeSpan now)
    {
        var batch = slot.Slot.Batch!;
        var statements = batch.Statements.Cast<TestStatement>().ToArray();
        Unless(slot.IsIdle, $"slot {slot.Slot.Index}: statements are run while {slot.Expected}");
        Unless(statements.Length > 0 && Batches.TrueForAll(other => other.Batch != batch), $"slot {slot.Slot.Index}: the batch is empty or another one");
        Unless(Running < StatementConnections, $"slot {slot.Slot.Index}: more than {StatementConnections} connections run statements");
        foreach (var statement in statements)
            Unless(Told.Contains(statement) && !statement.Gone && statement is { Claimed: true, State: WaiterState.Running }, $"{statement.Name} is run, and does not wait ({statement})");
        var key = statements[0].Key;
        var names = string.Join("+", statements.Select(statement => statement.Name));
        Unless(Array.TrueForAll(statements, statement => Equals(statement.Key, key)) && Equals(batch.Key?.Key, key), $"{names} have several keys");
        Unless(!IsBusy(key), $"{names}: the key is in use");
        var hadItsTurn = key is not null && Equals(slot.InitializedFor, key) && slot.Work == ConnectionWork.Initialize;
        CheckRank(statements, hadItsTurn);
        CheckReady(slot, names, now);
        CheckTakeOver(slot, names, key, now);
        CheckSession(slot, names, key, isNewSession: null, now);
        var isSlow = CheckPaces(statements);
        Unless(!isSlow || Slots.Count(other => other.Batch is { IsSlow: true }) < SlowConnections, $"{names}: more than {SlowConnections} connections run slow statements");
        Unless(statements.Length <= settings.Pipeline.MaxBatch, $"{names} are too many for a batch");
        Unless(statements.Length == 1 || statements.Sum(statement => statement.Bytes) <= MostBytes, $"{names} are too large for a batch");

        Told.RemoveAll(statements.Contains);
        batch.IsOrdered = true;
        slot.Batch = new BatchLedger(batch, slot, key, isSlow, now);
        slot.WasLent = true;
        Batches.Add(slot.Batch);
        BatchesBegun++;
    }

    /// <summary>The older ones first: of its key, and of all that wait.</summary>
    private void CheckRank(TestStatement[] statements, bool hadItsTurn)
    {
        var key = statements[0].Key;
        foreach (var statement in key is null ? [] : statements)
            Unless(OlderOf(statement).All(other => other.Gone || statements.Contains(other)), $"{statement.Name} overtakes {OlderOf(statement).FirstOrDefault(other => !other.Gone)?.Name}, which waits for the same key");
        if (key is not null)
            Unless(statements.Zip(statements.Skip(1), (one, next) => one.Number < next.Number).All(inOrder => inOrder), $"the statements of {key} are out of order");
        // One that was found given up at its turn had the rank of its arrival.
        var rank = statements.Concat(Told.Where(statement => statement.Gone && statement.State == WaiterState.Done && Equals(statement.Key, key))).Min(statement => statement.Number);
        Unless(hadItsTurn || Heads().FirstOrDefault(head => head.Number < rank && !head.Gone) is not { } older, $"{statements[0].Name} is run before {Heads().FirstOrDefault()?.Name}, which came first");
    }

    /// <summary>Fast ones, then one of each unknown text; a slow one alone.</summary>
    private bool CheckPaces(TestStatement[] statements)
    {
        var paces = Array.ConvertAll(statements, PaceOf);
        var names = string.Join("+", statements.Zip(paces, (statement, pace) => $"{statement.Name} ({pace})"));
        Unless(statements.Length == 1 || !paces.Contains(Pace.Slow), $"{names}: a slow statement is not alone");
        var unknown = statements.Where((_, i) => paces[i] == Pace.Unknown).Select(statement => statement.Text).ToArray();
        Unless(paces.SkipWhile(pace => pace == Pace.Fast).All(pace => pace != Pace.Fast), $"{names}: unknown ones stand before fast ones");
        Unless(unknown.Distinct().Count() == unknown.Length && (statements[0].Key is null || unknown.Length <= 1), $"{names}: several unknown ones");
        return paces[0] == Pace.Slow;
    }
}
