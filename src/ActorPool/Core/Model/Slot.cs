namespace ActorPool.Core.Model;

/// <summary>One of the pool's places for a connection. What it has depends on its state: see <see cref="SlotState"/>.</summary>
internal sealed class Slot(int index)
{
    // Reused by every connection of the slot, so that borrowing and resetting allocate nothing.
    private readonly Lease _lease = new();
    private readonly Operation _operation = new();
    private readonly Closing _closing = new();

    private Links<Slot> _links;

    public int Index { get; } = index;

    public SlotState State { get; set; }

    /// <summary>Counts the connections of the slot; a report about an earlier one is stale.</summary>
    public int Incarnation { get; set; }

    /// <summary>Rises with every grant and every end of a lease; a return, a timer or a death that names another one is stale.</summary>
    public long LeaseId { get; set; }

    /// <summary>Its connection was open, or being opened, when a drain began.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>The open connection; null until the open succeeds. While closing, null means that there was none.</summary>
    public Connection? Connection { get; set; }

    public Session Session { get; } = new();

    public Lease? Lease => State == SlotState.InUse ? _lease : null;

    /// <summary>The open, or the round trip of the pool, that is in flight.</summary>
    public Operation? Operation => State is SlotState.Opening or SlotState.Resetting or SlotState.Validating ? _operation : null;

    /// <summary>The statements that run. A connection that is being closed may still report the end of its last batch.</summary>
    public StatementBatch? Batch { get; set; }

    public Closing? Closing => State == SlotState.Closing ? _closing : null;

    /// <summary>When the present lease, or the last one, was granted.</summary>
    public TimeSpan LentAt => _lease.LentAt;

    /// <summary>After a crash of the shell: the slot is in no list.</summary>
    public void Unlink() => _links = default;

    internal readonly struct InList : ILinked<Slot>
    {
        public static ref Links<Slot> LinksOf(Slot item) => ref item._links;
    }
}
