using System.Data.Common;

namespace ActorPool.AdoNet;

/// <summary>
/// The connection that commands, batches and transactions of the pool belong to: a lease, or a connection of a data source. They ask it before
/// each run, so that none of them runs in the session of the next borrower.
/// </summary>
internal interface ILentConnection
{
    /// <summary>Whether the borrower still has the session. Never throws.</summary>
    bool IsLent { get; }

    /// <summary>The driver's connection, for one run on it.</summary>
    /// <exception cref="PoolException"><see cref="PoolErrorKind.NotCheckedOut"/>: there is no lease, or it is over.</exception>
    DbConnection Use();

    /// <summary>A command failed. The error may show that the session can no longer be used.</summary>
    void Failed(Exception error);

    /// <summary>A command has opened a reader.</summary>
    /// <param name="reader">The driver's reader.</param>
    /// <param name="closesConnection">The end of the reader closes this connection.</param>
    /// <returns>The reader to hand out.</returns>
    DbDataReader Opened(DbDataReader reader, bool closesConnection);

    /// <summary>The connection that is set on a command or a batch. One of the driver's is accepted, as the driver's own commands do.</summary>
    static ILentConnection? Of(DbConnection? connection) => connection switch
    {
        null => null,
        ILentConnection lent => lent,
        _ => new UnlentConnection(connection),
    };
}
