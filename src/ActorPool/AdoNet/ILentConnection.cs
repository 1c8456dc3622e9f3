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

    /// <summary>A connection that a command or a batch may belong to.</summary>
    /// <exception cref="ArgumentException">It is not of a pool.</exception>
    static DbConnection? Checked(DbConnection? connection) => connection is null or ILentConnection
        ? connection
        : throw new ArgumentException(
            $"This command was made for a connection of a pool, and {connection.GetType()} is not one. Set Connection to a lease or to a connection of a PooledDataSource; "
            + "for a connection of the driver make a command with its own CreateCommand.",
            nameof(connection));

    /// <summary>The connection of a command or a batch that is about to run.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    static ILentConnection Of(DbConnection? connection) => connection as ILentConnection
        ?? throw new InvalidOperationException("The command has no connection. Set its Connection to a lease or to an open connection of a PooledDataSource.");
}
