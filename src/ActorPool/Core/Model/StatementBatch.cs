namespace ActorPool.Core.Model;

/// <summary>Statements that one connection runs in one round trip.</summary>
internal sealed class StatementBatch
{
    /// <summary>The <see cref="Running"/> of a batch of which no statement runs.</summary>
    public const int Nothing = int.MaxValue;

    private int _running = Nothing;
    private bool _hasBegun;

    /// <summary>In the order in which they are sent.</summary>
    public List<ToldStatement> Statements { get; } = [];

    /// <summary>Counts the uses of the object: an order for an earlier one is stale.</summary>
    public int Number { get; private set; }

    public TimeSpan StartedAt { get; set; }

    /// <summary>The key whose statements they are; null for statements without a key.</summary>
    public KeyEntry? Key { get; set; }

    /// <summary>It has one slow statement, which runs alone.</summary>
    public bool IsSlow { get; set; }

    /// <summary>The shell has passed the batch on to its connection.</summary>
    public bool IsOrdered { get; set; }

    /// <summary>The connection has reported its end.</summary>
    public bool IsOver { get; set; }

    /// <summary>The index of the statement for which a cancel request was ordered; -1 for none.</summary>
    public int Cancelled { get; set; } = -1;

    /// <summary>When that was.</summary>
    public TimeSpan CancelledAt { get; set; }

    /// <summary>Prepares the object for the next batch of its slot.</summary>
    public void Renew()
    {
        Number++;
        (Key, IsSlow, IsOrdered, IsOver, Cancelled) = (null, false, false, false, -1);
        (Running, HasBegun) = (Nothing, false);
    }

    /// <summary>The connection has the batch and will report its end. Written by the connection's actor; read by the manager.</summary>
    public bool HasBegun
    {
        get => Volatile.Read(ref _hasBegun);
        set => Volatile.Write(ref _hasBegun, value);
    }

    /// <summary>
    /// The index of the statement whose answer is read next, which is the one that the server runs or has just run; <see cref="Nothing"/>
    /// while it runs none of them. Written by the connection; read by other threads.
    /// </summary>
    public int Running
    {
        get => Volatile.Read(ref _running);
        set => Volatile.Write(ref _running, value);
    }
}
