using System.Data;
using System.Data.Common;
using ActorPool.Driver;

namespace ActorPool.Testing.Connections;

/// <summary>The connections that the test's function makes. Those that it returns closed are opened here, and closed at their end.</summary>
/// <remarks>A connection that it returns open is the test's, and is never closed. It may return the same object again.</remarks>
internal sealed class OpenedConnections(Func<DbConnection> open) : IConnectionSource
{
    private readonly Lock _using = new();

    // Opened here, with the number of the pool's connections that have it.
    private readonly Dictionary<DbConnection, int> _owned = new(ReferenceEqualityComparer.Instance);
    private DbConnection? _first;
    private bool _isFirstTaken;

    /// <summary>The first connection, made when something is to be known about the driver before a connection is opened.</summary>
    /// <exception cref="PoolException"><see cref="PoolErrorKind.ConnectFailed"/>: the function failed.</exception>
    public DbConnection First
    {
        get
        {
            lock (_using)
            {
                try
                {
                    return _first ??= Make();
                }
                catch (Exception error)
                {
                    throw new PoolException(PoolErrorKind.ConnectFailed, $"Pool '{nameof(TestConnectionPool)}': {OpenFailure.What}. {OpenFailure.Remedy} Its error: {error.Message}", error);
                }
            }
        }
    }

    public string Server => "a test";

    public string ConnectionString => First.ConnectionString ?? "";

    public string? Limitation => null;

    public IPhysicalConnection Create() => new TestPhysicalConnection(this);

    public void EndWaiting()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public DbConnection Open()
    {
        lock (_using)
        {
            var connection = _isFirstTaken || _first is null ? Make() : _first;
            _first ??= connection;
            if (connection.GetType() != _first.GetType())
                throw new InvalidOperationException($"It returned a {connection.GetType()} after a {_first.GetType()}. Make one TestConnectionPool for each driver.");
            var uses = _owned.GetValueOrDefault(connection);
            if (connection.State is ConnectionState.Closed or ConnectionState.Broken)
                Open(connection);
            else if (uses == 0)
                return Taken(connection);
            _owned[connection] = uses + 1;
            return Taken(connection);
        }
    }

    public void Close(DbConnection connection)
    {
        lock (_using)
        {
            if (!_owned.TryGetValue(connection, out var uses))
                return;
            if (uses > 1)
            {
                _owned[connection] = uses - 1;
                return;
            }

            _owned.Remove(connection);
            connection.Close();
        }
    }

    private static void Open(DbConnection connection)
    {
        connection.Open();
        // Code under test would find it closed and open it again.
        if (connection.State != ConnectionState.Open)
            throw new InvalidOperationException($"It returned a {connection.GetType()} whose State is {connection.State} after Open. A fake has to tell that it is open.");
    }

    private DbConnection Taken(DbConnection connection)
    {
        _isFirstTaken |= ReferenceEquals(connection, _first);
        return connection;
    }

    private DbConnection Make() => open() ?? throw new InvalidOperationException("It returned null instead of a connection.");
}
