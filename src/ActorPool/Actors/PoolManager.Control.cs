using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Leases;
using ActorPool.Messages;

namespace ActorPool;

// Commands to the whole pool: start, stop and closeall, and those of an operator while it runs.
public sealed partial class PoolManager
{
    private void Handle(PoolOrder order, TimeSpan now)
    {
        switch (order.Kind)
        {
            case PoolOrderKind.Start:
                _start = order;
                order.Take();
                _state.Start(now);
                break;
            case PoolOrderKind.CloseAll:
                CloseAll(new ReplyTo(order));
                break;
            case PoolOrderKind.Stop when _state.IsEmpty:
                order.Complete();
                break;
            case PoolOrderKind.Stop:
                _closeWaiters.Add(new ReplyTo(order));
                _state.Stop(now, order.Patience);
                break;
        }
    }

    void IPoolMessageHandler.Handle(CloseAll closeAll, TimeSpan now) => CloseAll(ToSender);

    void IPoolMessageHandler.Handle(GetStatistics get, TimeSpan now) => Sender.Tell(PoolStatistics.From(_pool.Name, _state.Counts, now), Self);

    void IPoolMessageHandler.Handle(GetLeases get, TimeSpan now) => Sender.Tell(_leases.Lent().Select(place => PoolLeaseOf(place, now)).ToArray(), Self);

    void IPoolMessageHandler.Handle(Resize resize, TimeSpan now)
    {
        if (resize.Problem is { } problem)
        {
            ToSender.Refuse(problem);
            return;
        }

        _state.Resize(resize.MinConnections, resize.MaxConnections, now);
        _log.Resized(resize.MinConnections, resize.MaxConnections);
        Sender.Tell(Resized.Instance, Self);
    }

    void IPoolMessageHandler.Handle(Drain drain, TimeSpan now)
    {
        _state.Drain(now);
        _log.Draining();
        Sender.Tell(Drained.Instance, Self);
    }

    void IPoolMessageHandler.Handle(Pause pause, TimeSpan now)
    {
        _state.Pause(now);
        _log.Paused();
        if (pause.UntilReturned)
            _pauseWaiters.Add(Sender);
        else
            Sender.Tell(Paused.Instance, Self);
    }

    void IPoolMessageHandler.Handle(Resume resume, TimeSpan now)
    {
        if (_state.IsPaused)
            _log.Resumed();
        _state.Resume(now);
        while (_pauseWaiters.TryTake(out var sender))
            new ReplyTo(sender, _pool).Refuse(new InvalidOperationException($"Pool '{_pool.Name}' was resumed before everything was returned."));
        Sender.Tell(Resumed.Instance, Self);
    }

    private static PoolLease PoolLeaseOf(ConnectionSlot place, TimeSpan now) =>
        new(place.Slot.Lease?.Key?.Key, place.Origin.ToString(), place.HeldFor(now), place.Connection!.ProcessId);

    private void AnswerPause()
    {
        var isOver = _state.Phase != PoolPhase.Running;
        if (!isOver && !_state.AllReturned)
            return;
        while (_pauseWaiters.TryTake(out var sender))
        {
            if (isOver)
                new ReplyTo(sender, _pool).Refuse(_leases.Refusals.Of(PoolErrorKind.Closed));
            else
                sender.Tell(Paused.Instance, Self);
        }
    }

    private void RefuseAsClosed() => ToSender.Refuse(_leases.Refusals.Of(PoolErrorKind.Closed));

    private void CloseAll(ReplyTo replyTo)
    {
        if (TryCloseAll())
            _closeWaiters.Add(replyTo);
        else
            replyTo.Refuse(_leases.Refusals.Of(PoolErrorKind.Closed));
    }

    private bool TryCloseAll()
    {
        if (!_state.CloseAll())
            return false;
        _log.Closed();
        _pool.Closed();
        return true;
    }

    private void AnswerClose()
    {
        foreach (var waiter in _closeWaiters)
            waiter.Complete(AllClosed.Instance);
        _closeWaiters.Clear();
    }
}
