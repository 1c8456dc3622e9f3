namespace ActorPool.Psycopg2;

/// <summary>
/// psycopg2's pool as its documentation and its behaviour define it: a stack of idle connections, the lent ones by key, and two sizes.
/// </summary>
/// <remarks>
/// A call that ends in one of the reference's faults is not defined (<see cref="IsDefined"/>): a second put with the key or after the
/// connection was lent again, a put under another key, and the plain return of a lost connection whose loss was not noticed while
/// there is room for it (it is kept dead, or its rollback fails and the slot leaks).
/// </remarks>
public sealed class Psycopg2Model
{
    private readonly int _min;
    private readonly int _max;
    private readonly Stack<ModelConnection> _idle = new();
    private readonly Dictionary<object, ModelConnection> _used = [];
    private readonly Dictionary<int, (ModelConnection Connection, int Lease)> _handles = [];
    private int _seen;

    public Psycopg2Model(int min, int max)
    {
        (_min, _max) = (min, max);
        for (var i = 0; i < min; i++)
            _idle.Push(new ModelConnection());
    }

    public bool IsClosed { get; private set; }

    public IEnumerable<int> Handles => _handles.Keys;

    /// <summary>The handles of leases that have not ended.</summary>
    public IEnumerable<int> LiveHandles => _handles.Where(h => IsLive(h.Value.Connection, h.Value.Lease)).Select(h => h.Key);

    /// <summary>The state of the connection behind a handle.</summary>
    public SessionState StateOf(int handle) => _handles[handle].Connection.State;

    /// <summary>Connections that are idle or lent.</summary>
    public int Open => IsClosed ? 0 : _idle.Count + _used.Count;

    public Observation Expected => IsClosed
        ? new Observation([], null, null)
        : new Observation(
            [.. _idle.Concat(_used.Values).Where(c => c.HasBackend).Select(c => c.AtServer).Order(StringComparer.Ordinal)],
            _idle.Count,
            _used.Count);

    public bool IsDefined(Call call)
    {
        if (call.Kind is CallKind.Get or CallKind.PutStranger or CallKind.CloseAll)
            return true;
        if (!_handles.TryGetValue(call.Handle, out var handle))
            return false;
        if (IsClosed)
            return call.Kind == CallKind.Put;
        var connection = handle.Connection;
        if (connection.LentUnder is null)
            return call is { Kind: CallKind.Put, Key: null };
        if (!IsLive(connection, handle.Lease))
            return false;
        return call.Kind switch
        {
            CallKind.Put => (call.Key is null || call.Key.Equals(connection.LentUnder)) && CanReturn(connection, call.Close),
            CallKind.Dispose => CanReturn(connection, close: false),
            CallKind.Begin or CallKind.Mark => connection.State == SessionState.Idle,
            CallKind.Fail => connection.State is SessionState.Idle or SessionState.InTransaction,
            CallKind.End => connection.State is SessionState.InTransaction or SessionState.Failed,
            CallKind.Kill => connection.HasBackend,
            CallKind.Notice => connection.State == SessionState.Lost,
            _ => connection.State != SessionState.Closed,
        };
    }

    /// <summary>Does what the reference does in a defined call.</summary>
    public Answer Do(Call call)
    {
        switch (call.Kind)
        {
            case CallKind.Get:
                return Get(call);
            case CallKind.Put or CallKind.Dispose:
                return Put(_handles[call.Handle].Connection, call.Close);
            case CallKind.PutStranger:
                return IsClosed ? Answer.Closed : Answer.Unkeyed;
            case CallKind.CloseAll:
                return CloseAll();
            default:
                Happen(call.Kind, _handles[call.Handle].Connection);
                return Answer.Done;
        }
    }

    private static bool IsLive(ModelConnection connection, int lease) => connection.LentUnder is not null && connection.Lease == lease;

    private static void Happen(CallKind kind, ModelConnection connection)
    {
        if (kind == CallKind.Mark)
            connection.Marked = true;
        else
            connection.State = kind switch
            {
                CallKind.Begin => SessionState.InTransaction,
                CallKind.Fail => SessionState.Failed,
                CallKind.End => SessionState.Idle,
                CallKind.Kill => SessionState.Lost,
                _ => SessionState.Closed,
            };
    }

    private bool CanReturn(ModelConnection connection, bool close) =>
        connection.State != SessionState.Lost || close || _idle.Count >= _min;

    private Answer Get(Call call)
    {
        if (IsClosed)
            return Answer.Closed;
        var key = call.Key ?? new object();
        var again = _used.TryGetValue(key, out var connection);
        if (!again)
        {
            if (_idle.Count == 0 && _used.Count == _max)
                return Answer.Exhausted;
            if (_idle.Count == 0 && call.ConnectFails)
                return Answer.ConnectFailed;
            connection = _idle.Count > 0 ? _idle.Pop() : new ModelConnection();
            Lend(connection, key);
        }

        _handles[call.Handle] = (connection!, connection!.Lease);
        return Answer.Connection(connection.Number, again);
    }

    private void Lend(ModelConnection connection, object key)
    {
        _used.Add(key, connection);
        connection.LentUnder = key;
        connection.Lease++;
        if (connection.Number == 0)
            connection.Number = ++_seen;
    }

    private Answer Put(ModelConnection connection, bool close)
    {
        if (IsClosed)
            return Answer.Closed;
        if (connection.LentUnder is not { } key)
            return Answer.Unkeyed;
        if (connection.HasBackend && !close && _idle.Count < _min)
        {
            connection.State = SessionState.Idle;
            _idle.Push(connection);
        }

        connection.LentUnder = null;
        _used.Remove(key);
        return Answer.Done;
    }

    private Answer CloseAll()
    {
        if (IsClosed)
            return Answer.Closed;
        IsClosed = true;
        return Answer.Done;
    }
}
