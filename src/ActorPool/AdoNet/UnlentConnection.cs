using System.Data.Common;
using Npgsql;

namespace ActorPool.AdoNet;

/// <summary>A connection of the driver that was set on a command of the pool: it has no lease to ask.</summary>
internal sealed class UnlentConnection(DbConnection connection) : ILentConnection
{
    public bool IsLent => true;

    public DbConnection Use() => connection;

    public void Failed(Exception error)
    {
    }

    public DbDataReader Opened(DbDataReader reader, bool closesConnection)
    {
        if (closesConnection && reader is NpgsqlDataReader driver)
            driver.ReaderClosed += (_, _) => connection.Close();
        return reader;
    }
}
