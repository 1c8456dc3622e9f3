namespace ActorPool.Core;

/// <summary>One of the pool's places for a connection. Written by whoever drives the core, and by nobody else.</summary>
internal sealed class Slot(int index)
{
    private Links<Slot> _links;

    public int Index { get; } = index;

    public SlotState State { get; set; }

    /// <summary>Which physical connection stands here; rises with every open. Results of another incarnation are stale.</summary>
    public int Incarnation { get; set; }

    /// <summary>Which lease is out; rises with every grant and every end. A put, a timer or a death of another lease is stale.</summary>
    public long Lease { get; set; }

    /// <summary>Which session stands here: rises with every open and every full reset.</summary>
    public long Session { get; set; }

    /// <summary>The full reset of the idle connection waits for the next command.</summary>
    public bool IsResetPending { get; set; }

    /// <summary>Somebody used the session since it was opened or reset.</summary>
    public bool SessionUsed { get; set; }

    /// <summary>Who used the session last: a key, or null for unkeyed use.</summary>
    public KeyEntry? SessionOwner { get; set; }

    /// <summary>The key to which it is lent now; null while unkeyed or not lent.</summary>
    public KeyEntry? HeldFor { get; set; }

    /// <summary>The key for which the session is being initialized; its waiting requests are served by this slot alone.</summary>
    public KeyEntry? PreparingFor { get; set; }

    /// <summary>The key for which the session was initialized and which has not borrowed it since.</summary>
    public KeyEntry? PreparedFor { get; set; }

    /// <summary>What the present lease says in <see cref="PooledConnection.IsNewSession"/>.</summary>
    public bool IsNewSession { get; set; }

    /// <summary>What is being done, while <see cref="SlotState.Resetting"/> or <see cref="SlotState.Validating"/>.</summary>
    public ConnectionWork Work { get; set; }

    /// <summary>Since when the present open or work is under way.</summary>
    public TimeSpan StartedAt { get; set; }

    /// <summary>The present open or work takes so long that nobody counts on it any more.</summary>
    public bool IsSlow { get; set; }

    public TimeSpan IdleSince { get; set; }

    /// <summary>When the server was last heard of on this connection.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>Unheard of for this long, it is tested while idle.</summary>
    public TimeSpan TestAfter { get; set; }

    /// <summary>When the user's check last passed.</summary>
    public TimeSpan CheckedAt { get; set; }

    public TimeSpan LentAt { get; set; }

    /// <summary>Past this the connection is replaced as soon as nobody holds it.</summary>
    public TimeSpan ExpiresAt { get; set; }

    /// <summary>It was open, or being opened, when all connections were to be replaced.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>The present connection was opened; else it is closed without having been one.</summary>
    public bool WasOpened { get; set; }

    /// <summary>It has been lent since it was opened.</summary>
    public bool WasLent { get; set; }

    /// <summary>It is being closed after a use, and what its borrower left open may last until its backend is gone.</summary>
    public bool EndsUse { get; set; }

    /// <summary>Why it is being closed.</summary>
    public CloseReason Reason { get; set; }

    /// <summary>The watched actors that hold the lease.</summary>
    public HashSet<Borrower> Borrowers { get; } = [];

    /// <summary>A holder whom nobody watches joined: the lease then never ends by a death.</summary>
    public bool HasUnwatchedHolder { get; set; }

    public bool LeakWarned { get; set; }

    /// <summary>Takes it out of whatever a core that crashed had made of it.</summary>
    public void Unlink()
    {
        _links = default;
        State = SlotState.Free;
        IsSlow = false;
        EndsUse = false;
        IsResetPending = false;
        (HeldFor, SessionOwner, PreparingFor, PreparedFor) = (null, null, null, null);
    }

    internal readonly struct InList : ILinked<Slot>
    {
        public static ref Links<Slot> LinksOf(Slot item) => ref item._links;
    }
}

internal enum SlotState : byte
{
    Free,
    Opening,
    Idle,
    InUse,
    Resetting,
    Validating,
    Closing,
}
