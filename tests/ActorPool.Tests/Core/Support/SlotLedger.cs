using ActorPool.Core;

namespace ActorPool.Tests.Core.Support;

/// <summary>What a driver knows of one slot from the effects alone.</summary>
internal sealed class SlotLedger(Slot slot)
{
    public Slot Slot { get; } = slot;

    public Physical State { get; set; } = Physical.None;

    public int Incarnation { get; set; }

    public ConnectionWork Work { get; set; }

    public bool IsLent { get; set; }

    public object? LentKey { get; set; }

    public long Lease { get; set; }

    public TimeSpan LentAt { get; set; }

    public bool LeakWarned { get; set; }

    public List<TestWaiter> Holders { get; } = [];

    /// <summary>Who used the session since it was opened or reset.</summary>
    public HashSet<object> Users { get; } = [];

    public object? LastUser { get; set; }

    /// <summary>It came back from a borrower and was not reset since.</summary>
    public bool IsUsed { get; set; }

    public bool InTransaction { get; set; }

    /// <summary>When the server was last heard of.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>The lease was ended by force in this step: the connection has to go in the same one.</summary>
    public bool MustGo { get; set; }

    /// <summary>Its driver crashed: one more order to close is right.</summary>
    public bool Crashed { get; set; }

    public bool IsIdle => State == Physical.Open && !IsLent;

    public bool HoldsNow(TestBorrower borrower) => Holders.Exists(holder => ReferenceEquals(holder.Borrower, borrower));

    public override string ToString() => $"of slot {Slot.Index}";

    public SlotState Expected => State switch
    {
        Physical.None => SlotState.Free,
        Physical.Opening => SlotState.Opening,
        Physical.Closing => SlotState.Closing,
        Physical.Working => Work == ConnectionWork.Validate ? SlotState.Validating : SlotState.Resetting,
        _ => IsLent ? SlotState.InUse : SlotState.Idle,
    };
}

internal enum Physical
{
    None,
    Opening,
    Open,
    Working,
    Closing,
}
