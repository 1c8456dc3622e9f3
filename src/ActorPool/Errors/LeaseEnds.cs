using ActorPool.Core.Model;

namespace ActorPool.Errors;

/// <summary>Why a lease ended, in words: for the next use of it, for a command that was cut short, and for a refused return.</summary>
internal static class LeaseEnds
{
    public static string Why(LeaseEnd end) => end switch
    {
        LeaseEnd.Returned => "it was returned, by this borrower or by another one that shared its key",
        LeaseEnd.BorrowerDied => "the actor that borrowed it has ended",
        LeaseEnd.Forgotten => "it was garbage-collected without having been returned",
        LeaseEnd.Undelivered => "it was sent to an actor that had ended or does not handle PooledConnection",
        LeaseEnd.HeldTooLong => "it was held for longer than max-hold-time",
        LeaseEnd.PoolClosed => "the pool was closed",
        LeaseEnd.ReaderClosed => "a reader that it opened with CommandBehavior.CloseConnection was closed",
        _ => "the pool lost the connection",
    };

    /// <summary>The error that every member of an ended lease throws.</summary>
    public static PoolException Error(string pool, LeaseEnd end) =>
        new(PoolErrorKind.NotCheckedOut, $"Pool '{pool}': this connection is no longer lent: {Why(end)}. {Remedy(end)}");

    private static string Remedy(LeaseEnd end) => end switch
    {
        LeaseEnd.BorrowerDied => "Borrow one again, from an actor that lives as long as the work; an open transaction was rolled back.",
        LeaseEnd.Undelivered => "Borrow one again with the receiving actor as its Owner, and do not use a lease that you have sent to another actor.",
        LeaseEnd.HeldTooLong => "Borrow one again and hold it for a shorter time, or raise max-hold-time; an open transaction was rolled back.",
        LeaseEnd.Forgotten => "Borrow one again, and keep the lease until the last command and reader made with it are done.",
        LeaseEnd.PoolClosed => "Borrow one again from a pool that is open; an open transaction was rolled back.",
        LeaseEnd.ReaderClosed => "Borrow one again, or leave that behavior out to keep the lease.",
        LeaseEnd.Returned => "Borrow one again, and do not use a connection after its return.",
        _ => "Borrow one again.",
    };

    /// <summary>The lease is still valid, but its session is lost: the borrower needs another lease.</summary>
    public static PoolException SessionLost(string pool) =>
        new(PoolErrorKind.ConnectFailed, $"Pool '{pool}': the session of this lease was lost: its connection was closed by the server, by the network, or through the driver's own connection. Return the lease and borrow again.");
}
