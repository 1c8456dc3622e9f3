using ActorPool.Core;
using ActorPool.Core.Model;

namespace ActorPool.Benchmarks.Messages;

/// <summary>The pool's core without actors and connections: what one message costs where it is decided.</summary>
internal sealed class CorePool
{
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(1);

    private readonly PoolState _state;
    private TimeSpan _now;

    /// <param name="connections">All open and idle.</param>
    public CorePool(int connections)
    {
        var settings = new PoolSettings("Host=nowhere", connections, connections)
        {
            MaxWaiting = int.MaxValue,
            MaxConcurrentOpens = connections,
            MaxLifetime = Timeout.InfiniteTimeSpan,
            ValidateAfterIdle = Timeout.InfiniteTimeSpan,
            DiscardOnKeyChange = false,
        };
        _state = new PoolState(settings.ToPolicy(), _now, new Random(1), _ => SocketState.Silent, _ => false);
        _state.Start(_now);
        foreach (var effect in _state.Effects.Where(effect => effect.Kind == EffectKind.Open).ToArray())
            _state.Opened(effect.Slot!, effect.Slot!.Incarnation, _now);
        _state.Effects.Clear();
    }

    /// <summary>Lends everything, and lets so many wait.</summary>
    public void Queue(int waiters)
    {
        for (var i = 0; i < _state.Slots.Count + waiters; i++)
            _state.Get(new CoreWaiter(null), _now += Step);
        _state.Effects.Clear();
    }

    public void QueueAndCancel()
    {
        var waiter = new CoreWaiter(null);
        _state.Get(waiter, _now += Step);
        _state.Cancel(waiter, _now += Step);
        _state.Effects.Clear();
    }

    public void BorrowAndReturn(object? key)
    {
        _state.Get(new CoreWaiter(key), _now += Step);
        var slot = _state.Effects[0].Slot!;
        _state.Put(slot, slot.LeaseId, close: false, ReturnCondition.Clean, _now += Step);
        _state.Effects.Clear();
    }

    private sealed class CoreWaiter(object? key) : Waiter(key, timeout: null)
    {
        public override bool TryClaim() => true;
    }
}
