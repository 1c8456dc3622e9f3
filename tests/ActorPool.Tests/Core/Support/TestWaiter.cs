namespace ActorPool.Tests.Core.Support;

/// <summary>A request that a test can give up, and its answer.</summary>
internal sealed class TestWaiter(string name, object? key, TimeSpan? timeout = null, bool alone = false) : Waiter(key, timeout, alone), IArrival
{
    public string Name { get; } = name;

    public long Number { get; set; }

    /// <summary>It asks for the key's session alone.</summary>
    public bool Alone { get; } = alone;

    /// <summary>It was given up: it can no longer be claimed.</summary>
    public bool Gone { get; set; }

    /// <summary>The pool has heard that it was given up.</summary>
    public bool Cancelled { get; set; }

    public bool Claimed { get; private set; }

    /// <summary>Grant, join or refuse; null while it waits.</summary>
    public EffectKind? Answer { get; set; }

    public Refusal? Error { get; set; }

    public Exception? Cause { get; set; }

    public Shortage? Why { get; set; }

    public Slot? Slot { get; set; }

    public long Lease { get; set; }

    public bool IsNewSession { get; set; }

    public bool IsWaiting => Answer is null && !Cancelled;

    public override bool TryClaim() => !Gone && (Claimed = true);

    public override string ToString() => Answer switch
    {
        null => $"{Name} waits",
        EffectKind.Refuse => $"{Name} refused: {Error}",
        _ => $"{Name} {Answer}: slot {Slot!.Index}",
    };
}
