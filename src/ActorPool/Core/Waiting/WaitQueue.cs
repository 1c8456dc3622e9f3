using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// The order of waiting: first come, first served. A request that had to wait for its key joins late and keeps the rank of its arrival.
/// Such latecomers are in a heap beside the list, and the older of the two heads is served first. Of the requests
/// for one key at most one is queued.
/// </summary>
/// <param name="state">The state of the requests in it.</param>
internal sealed class WaitQueue(WaiterState state = WaiterState.Queued)
{
    // So many removed ones may be left in the heap, and as many as are waiting in it.
    private const int MostLeft = 64;

    private readonly IntrusiveList<Waiter, Waiter.InQueue> _list = new();
    private readonly PriorityQueue<Waiter, long> _late = new();
    private int _lateCount;

    public int Count => _list.Count + _lateCount;

    /// <summary>The oldest request.</summary>
    public Waiter? First
    {
        get
        {
            var late = FirstLate();
            if (late is null)
                return _list.First;
            return _list.First is { } first && first.Order < late.Order ? first : late;
        }
    }

    /// <summary>All of them, in no particular order.</summary>
    public IEnumerable<Waiter> All => _list.Items.Concat(_late.UnorderedItems.Select(item => item.Element).Where(waiter => waiter.State == state));

    public void Add(Waiter waiter)
    {
        waiter.State = state;
        _list.AddLast(waiter);
    }

    /// <summary>Adds a request with the rank of its arrival.</summary>
    public void AddByRank(Waiter waiter)
    {
        if (_list.Last is not { } last || last.Order < waiter.Order)
            Add(waiter);
        else
            AddLate(waiter);
    }

    /// <summary>Adds a request that arrived before some that are queued already.</summary>
    public void AddLate(Waiter waiter)
    {
        waiter.State = state;
        _late.Enqueue(waiter, waiter.Order);
        _lateCount++;
        if (_late.Count > 2 * _lateCount + MostLeft)
            Tidy();
    }

    public void Remove(Waiter waiter)
    {
        waiter.State = WaiterState.Done;
        // A latecomer stays in the heap, marked Done, until it comes to the top.
        if (!_list.Remove(waiter))
            _lateCount--;
    }

    /// <summary>
    /// The request with <paramref name="ahead"/> others before it, found in that many steps. Every latecomer counts as older than the list,
    /// which is exact enough to choose for which request to start work. The ranks alone decide which one is served.
    /// </summary>
    public Waiter? ElementAt(int ahead)
    {
        if (ahead == 0)
            return First;
        return ahead < _lateCount ? FirstLate() : _list.ElementAt(ahead - _lateCount);
    }

    // One that was removed and added again has two places in the heap until the first of them comes to the top.
    private void Tidy()
    {
        var late = _late.UnorderedItems.Where(item => item.Element.State == state && !_list.Contains(item.Element)).Distinct().ToArray();
        _late.Clear();
        _late.EnqueueRange(late);
    }

    private Waiter? FirstLate()
    {
        while (_late.TryPeek(out var waiter, out _))
        {
            if (waiter.State == state)
                return waiter;
            _late.Dequeue();
        }

        return null;
    }
}
