namespace ActorPool.Tests.Core.Psycopg2;

/// <summary>psycopg2's <c>AbstractConnectionPool</c>, line by line, for calls that are free of its faults. A connection is a number.</summary>
internal sealed class ReferencePool
{
    private readonly int _min;
    private readonly int _max;
    private readonly List<int> _pool = [];
    private readonly Dictionary<object, int> _used = [];
    private readonly Dictionary<int, object> _rused = [];
    private int _keys;
    private int _connections;
    private bool _closed;

    public ReferencePool(int min, int max)
    {
        (_min, _max) = (min, max);
        for (var i = 0; i < min; i++)
            _pool.Add(++_connections);
    }

    public int Open => _pool.Count + _used.Count;

    /// <summary>The connection, or null with the error.</summary>
    public int? Get(object? key, bool connectFails, out PoolErrorKind? error)
    {
        error = null;
        if (_closed)
            error = PoolErrorKind.Closed;
        key ??= (nameof(ReferencePool), ++_keys);
        if (error is not null)
            return null;
        if (_used.TryGetValue(key, out var connection))
            return connection;
        if (_pool.Count > 0)
        {
            connection = _pool[^1];
            _pool.RemoveAt(_pool.Count - 1);
        }
        else if (_used.Count == _max)
        {
            error = PoolErrorKind.Exhausted;
            return null;
        }
        else if (connectFails)
        {
            error = PoolErrorKind.ConnectFailed;
            return null;
        }
        else
        {
            connection = ++_connections;
        }

        _used.Add(key, connection);
        _rused.Add(connection, key);
        return connection;
    }

    /// <summary>False for a connection that is not lent, or a closed pool.</summary>
    public bool Put(int connection, bool close, bool isBroken, bool rollbackFails)
    {
        if (_closed || !_rused.Remove(connection, out var key))
            return false;
        if (_pool.Count < _min && !close && !isBroken && !rollbackFails)
            _pool.Add(connection);
        _used.Remove(key);
        return true;
    }

    public bool CloseAll()
    {
        if (_closed)
            return false;
        _closed = true;
        _pool.Clear();
        _used.Clear();
        return true;
    }
}
