using ActorPool.Actors;
using ActorPool.Core.Model;
using Akka.Event;

namespace ActorPool;

// What an operator asks for while the pool runs.
public sealed partial class PoolManager
{
    private void Obey(Resize resize, TimeSpan now)
    {
        if (resize.Problem is { } problem)
        {
            Refuse(Sender, problem);
            return;
        }

        _state.Resize(resize.MinConnections, resize.MaxConnections, now);
        _log.Info("Pool {Pool}: from {Min} to {Max} connections from now on.", _cell.Name, resize.MinConnections, resize.MaxConnections);
        Sender.Tell(Resized.Instance, Self);
    }

    private void Obey(Pause pause, TimeSpan now)
    {
        _state.Pause(now);
        _log.Info("Pool {Pool}: paused; no connection is lent until the pool is resumed.", _cell.Name);
        if (pause.UntilReturned)
        {
            _pausers.RemoveAll(pauser => AskPromise.Of(pauser) is { IsCompleted: true });
            _pausers.Add(Sender);
        }
        else
        {
            Sender.Tell(Paused.Instance, Self);
        }
    }

    private void Resume(TimeSpan now)
    {
        if (_state.IsPaused)
            _log.Info("Pool {Pool}: resumed.", _cell.Name);
        _state.Resume(now);
        foreach (var pauser in _pausers)
            Refuse(pauser, new InvalidOperationException($"Pool '{_cell.Name}' was resumed before everything was returned."));
        _pausers.Clear();
        Sender.Tell(Resumed.Instance, Self);
    }

    private void LookAtPause()
    {
        var isOver = _state.Phase != PoolPhase.Running;
        if (!isOver && !_state.AllReturned)
            return;
        foreach (var pauser in _pausers)
        {
            if (isOver)
                Refuse(pauser, FailureOf(PoolErrorKind.Closed));
            else
                pauser.Tell(Paused.Instance, Self);
        }

        _pausers.Clear();
    }

    private PoolLease[] Leases(TimeSpan now) =>
    [
        .. _records.Where(record => record.Slot.State == SlotState.InUse).OrderBy(record => record.Slot.LentAt).Select(record => new PoolLease(
            record.Slot.Lease?.Key?.Key, record.Origin.ToString(), now - record.Slot.LentAt, record.Connection!.ProcessId)),
    ];
}
