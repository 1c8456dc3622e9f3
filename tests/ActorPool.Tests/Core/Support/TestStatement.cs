namespace ActorPool.Tests.Core.Support;

/// <summary>A statement that a test can give up, and what became of it.</summary>
internal sealed class TestStatement(string name, object text, object? key = null, TimeSpan? timeout = null, int bytes = 0) : ToldStatement(key, timeout), IArrival
{
    public string Name { get; } = name;

    public override object Text { get; } = text;

    public override int Bytes { get; } = bytes;

    public long Number { get; set; }

    /// <summary>Its caller has given up, or was told that its outcome is unknown.</summary>
    public bool Gone { get; set; }

    /// <summary>When the pool heard that its caller has given up.</summary>
    public TimeSpan? HeardGoneAt { get; set; }

    public bool Claimed { get; private set; }

    /// <summary>Run: the connection answered it. Refuse and Late: the pool did. Null while it has no answer.</summary>
    public EffectKind? Answer { get; set; }

    public Refusal? Error { get; set; }

    public Shortage? Why { get; set; }

    /// <summary>The connection reported that it may have been carried out.</summary>
    public bool MayHaveBeenDone { get; set; }

    /// <summary>It must be run alone, because an earlier run had no answer of its own.</summary>
    public bool MustBeAlone { get; set; }

    public bool IsWaiting => Answer is null && !Gone && !Claimed;

    public override bool TryClaim() => !Gone && (Claimed = true);

    public override bool TryUnclaim()
    {
        Claimed = false;
        return !Gone;
    }

    public override string ToString() => Answer switch
    {
        null => $"{Name} {(Claimed ? "runs" : "waits")}",
        EffectKind.Refuse => $"{Name} refused: {Error}",
        _ => $"{Name} {Answer}",
    };
}
