namespace ActorPool.Tests.Core.Support;

/// <summary>What a driver knows of one slot from the effects alone.</summary>
internal sealed class SlotLedger(Slot slot)
{
    public Slot Slot { get; } = slot;

    public Physical State { get; set; } = Physical.None;

    public int Incarnation { get; set; }

    public ConnectionWork Work { get; set; }

    public bool IsLent { get; set; }

    /// <summary>The statements that run on it.</summary>
    public BatchLedger? Batch { get; set; }

    public object? LentKey { get; set; }

    /// <summary>No other request may join the lease.</summary>
    public bool LentAlone { get; set; }

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

    /// <summary>The present work is a test and nothing else.</summary>
    public bool InTest { get; set; }

    /// <summary>A reset waits for the next command.</summary>
    public bool IsResetPending { get; set; }

    /// <summary>When the server was last heard of.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>The lease was ended by force in this step: the connection has to go in the same one.</summary>
    public bool MustGo { get; set; }

    /// <summary>Its driver crashed: one more order to close is right.</summary>
    public bool Crashed { get; set; }

    /// <summary>When its backend ended; null while it lives.</summary>
    public TimeSpan? DiedAt { get; set; }

    /// <summary>When the open or the work started.</summary>
    public TimeSpan StartedAt { get; set; }

    public bool WasLent { get; set; }

    /// <summary>All connections were to be replaced while it stood here.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>When the user's check last passed.</summary>
    public TimeSpan? CheckedAt { get; set; }

    /// <summary>Came back, and the user's hook has not been run on it since.</summary>
    public bool OwesOnReturn { get; set; }

    /// <summary>The key for which the session was initialized.</summary>
    public object? InitializedFor { get; set; }

    public bool IsIdle => State == Physical.Open && !IsLent && Batch is null;

    public bool HoldsNow(TestBorrower borrower) => Holders.Exists(holder => ReferenceEquals(holder.Borrower, borrower));

    public override string ToString() => $"of slot {Slot.Index}";

    public SlotState Expected => State switch
    {
        Physical.None => SlotState.Free,
        Physical.Opening => SlotState.Opening,
        Physical.Closing => SlotState.Closing,
        Physical.Working => (Work & (ConnectionWork.Rollback | ConnectionWork.OnReturn | ConnectionWork.FullReset)) == 0 ? SlotState.Validating : SlotState.Resetting,
        _ => Batch is not null ? SlotState.Working : IsLent ? SlotState.InUse : SlotState.Idle,
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
