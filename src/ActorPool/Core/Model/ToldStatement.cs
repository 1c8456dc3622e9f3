namespace ActorPool.Core.Model;

/// <summary>
/// A statement that waits to be run, or a group of statements that is run as one. With a key it is an exclusive request for the key's session; without
/// one, any connection runs it.
/// </summary>
internal abstract class ToldStatement(object? key, TimeSpan? timeout) : Waiter(key, timeout, isExclusive: true)
{
    public sealed override bool RunsStatements => true;

    /// <summary>The identity of the text: what is learned of one statement counts for all with the same text. Compared by reference.</summary>
    public abstract object Text { get; }

    /// <summary>The size of the parameters in bytes, estimated.</summary>
    public abstract int Bytes { get; }

    /// <summary>What was known of its text when that was last looked at; slow also if it must run alone. Written by <c>Core/Waiting</c> alone.</summary>
    public Pace Pace { get; set; }

    /// <summary>How often it was put into a batch. Written by <c>Core/Waiting</c> alone.</summary>
    public int Runs { get; set; }

    /// <summary>An earlier run may have carried it out, so its answer can no longer be that it did not run. Written by <c>Core/Waiting</c> alone.</summary>
    public bool MayHaveRun { get; set; }

    /// <summary>The slot whose connection runs it. Written by <c>Core/Waiting</c> alone.</summary>
    public Slot? RunsOn { get; set; }

    /// <summary>Its caller has given up while it runs. Written by <c>Core/Waiting</c> alone.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>What became of it on the connection. Set by the connection before its batch ends.</summary>
    public StatementEnd End { get; set; }

    /// <summary>Its caller was told that it may have been carried out. Set by the shell, before the batch ends.</summary>
    public bool IsOutcomeUnknown { get; set; }

    /// <summary>How long the server took for it, without the way to the server and back. Set with <see cref="End"/>.</summary>
    public TimeSpan Took { get; set; }

    /// <summary>The number of rows that it returned. Set with <see cref="End"/>.</summary>
    public int RowsRead { get; set; }

    /// <summary>The size of its result in bytes, estimated. Set with <see cref="End"/>.</summary>
    public long BytesRead { get; set; }

    /// <summary>It was answered, and the core has ended with it: the object may be used for another statement.</summary>
    public virtual void Released()
    {
    }

    /// <summary>Prepares the object for another statement, new to the core.</summary>
    protected void Renew(object? key, TimeSpan? timeout, KeyEntry? entry)
    {
        Renew(key, timeout, isExclusive: true, entry);
        (Pace, Runs, MayHaveRun, RunsOn, IsAbandoned) = (Pace.Unknown, 0, false, null, false);
        (End, IsOutcomeUnknown) = (StatementEnd.None, false);
    }

    /// <summary>Takes back a successful <see cref="Waiter.TryClaim"/>: it did not run, and waits again. False when its caller has given up.</summary>
    public abstract bool TryUnclaim();
}
