namespace ActorPool.ThrowawayPostgres;

/// <summary>
/// A database for one test or one fixture, made by <see cref="PostgresServer.CreateDatabaseAsync"/>. Dispose it to drop it; the end of a
/// throwaway server removes it as well.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _connectionString;
    private int _dropped;

    internal PostgresDatabase(PostgresServer server, string name, string connectionString)
    {
        Server = server;
        Name = name;
        _connectionString = connectionString;
    }

    /// <summary>The name, unique at this server: <c>test_</c> and twelve hexadecimal digits.</summary>
    public string Name { get; }

    /// <summary>The connection string of the server, for this database.</summary>
    /// <exception cref="ObjectDisposedException">It was dropped, or its server was disposed.</exception>
    public string ConnectionString
    {
        get
        {
            if (Volatile.Read(ref _dropped) != 0)
                throw new ObjectDisposedException(nameof(PostgresDatabase), $"The database {Name} was dropped. Create another one with {nameof(PostgresServer.CreateDatabaseAsync)}.");
            Server.ThrowIfDisposed();
            return _connectionString;
        }
    }

    internal PostgresServer Server { get; }

    /// <summary>
    /// Ends its sessions and drops it. Calling it again has no effect, nor has a call after the end of a throwaway server or while that is stopped.
    /// </summary>
    /// <exception cref="Npgsql.NpgsqlException">The server refuses it, or an existing server does not answer.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _dropped, 1) == 0)
            await Server.DropAsync(Name).ConfigureAwait(false);
    }
}
