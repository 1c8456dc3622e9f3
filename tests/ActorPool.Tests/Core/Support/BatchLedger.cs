namespace ActorPool.Tests.Core.Support;

/// <summary>A batch that a connection was told to run, until the connection reports its end.</summary>
internal sealed class BatchLedger(StatementBatch batch, SlotLedger slot, object? key, bool isSlow, TimeSpan now)
{
    public StatementBatch Batch { get; } = batch;

    public SlotLedger Slot { get; } = slot;

    public object? Key { get; } = key;

    public TestStatement[] Statements { get; } = [.. batch.Statements.Cast<TestStatement>()];

    public bool IsSlow { get; } = isSlow;

    /// <summary>The statement that ran last.</summary>
    public int At { get; set; } = -1;

    /// <summary>Since when the present statement runs.</summary>
    public TimeSpan HeadSince { get; set; } = now;

    /// <summary>The statement for which a cancel request was ordered.</summary>
    public int Cancelled { get; set; } = -1;

    public TimeSpan CancelledAt { get; set; }

    /// <summary>The statement that runs; null between two of them and behind the last.</summary>
    public TestStatement? Head => Batch.Running < Statements.Length ? Statements[Batch.Running] : null;

    public override string ToString() => $"{string.Join("+", Statements.Select(statement => statement.Name))} on slot {Slot.Slot.Index}";
}
