using ActorPool.Actors;
using ActorPool.Tests.Core.Support;
using Akka.Actor;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Modelled;

// Steps of the pool as a whole.
internal sealed partial class ModelledPool
{
    private readonly List<Task<Paused>> _pausers = [];
    private readonly List<PoolOrder> _ends = [];
    private bool _passed;

    // Before the sweep that is due right after the step.
    private bool _wereAllReturned;

    public void Pass(TimeSpan time)
    {
        _passed = true;
        Step(() => World.Advance(time), () => Model.Pass(time));
        _passed = false;
    }

    public void Resize(int min, int max) => Ordered<Resized>(new Resize(min, max), () => Model.Resize(min, max));

    public void Drain() => Ordered<Drained>(new Drain(), Model.Drain);

    public void Pause(bool untilReturned)
    {
        if (untilReturned)
            Step(() => _pausers.Add(Manager.Ask<Paused>(new Pause(true), Timeout.InfiniteTimeSpan)), Model.Pause);
        else
            Ordered<Paused>(new Pause(), Model.Pause);
    }

    public void Resume() =>
        Ordered<Resumed>(new Resume(), () =>
        {
            Model.Resume();
            RefusePausers(error => error is InvalidOperationException);
        });

    /// <summary>The manager fails between two messages and restarts.</summary>
    public void Crash()
    {
        foreach (var request in _requests.Where(request => !request.IsAnswered && !request.IsOver))
            request.Refused = PoolErrorKind.Timeout;
        foreach (var slot in Model.Ledger.Slots.Where(slot => slot.IsIdle))
            CountRelease(ConnectionOf(slot.Slot));
        Step(
            () =>
            {
                ((IInternalActorRef)Manager).Restart(new InvalidOperationException("boom"));
                Pump();
                Unless(_context.State != _state, $"the manager was not made again");
                _state = _context.State!;
            },
            () =>
            {
                Model.Crash();
                RefusePausers(error => error is PoolException { Kind: PoolErrorKind.Timeout });
            });
    }

    public void CloseAll()
    {
        var order = new PoolOrder(PoolOrderKind.CloseAll);
        var accepted = true;
        Step(() => _context.Send(order), () => accepted = Model.CloseAll());
        if (accepted)
            _ends.Add(order);
        else
            Unless(order.Done is { IsFaulted: true, Exception.InnerException: PoolException { Kind: PoolErrorKind.Closed } }, $"a second closeall is not refused");
        CompareEnds();
    }

    public void Stop(TimeSpan patience)
    {
        var order = new PoolOrder(PoolOrderKind.Stop, patience);
        _ends.Add(order);
        Step(() => _context.Send(order), () => Model.Stop(patience));
    }

    /// <summary>The manager stops: the same as closeall, and the end of the scenario.</summary>
    public void EndManager(int how)
    {
        foreach (var request in _requests.Where(request => !request.IsAnswered && !request.IsOver))
            request.Refused = PoolErrorKind.Closed;
        if (how % 3 == 0)
            ((IInternalActorRef)Manager).Stop();
        else
            Manager.Tell(how % 3 == 1 ? Kill.Instance : PoisonPill.Instance, ActorRefs.NoSender);
        _context.Send(new PoolOrder(PoolOrderKind.CloseAll));
        Pump();
        foreach (var request in _requests.Where(request => !request.IsAnswered && !request.IsOver))
        {
            request.Read();
            Unless(request.Fits(request.Error), $"{request} is not told that the pool is closed");
        }

        Unless(_requests.TrueForAll(request => request.Lease is not { IsOver: false }), $"a lease goes on without its pool");
        Unless(_source.All.TrueForAll(connection => connection.IsEnding || connection.State == Physical.None), $"a connection is left");
        Unless(_ends.TrueForAll(order => order.Done.IsCompleted) && _start.Done.IsCompleted, $"an order is left without an answer");
        Unless(_pausers.TrueForAll(pauser => Asks.ResultOf(pauser) is Paused or PoolException { Kind: PoolErrorKind.Closed }), $"a pause is left without an answer");
        Unless(AcquireRequest.Send(_context, null, null, 0, default).IsFaulted, $"a request to nobody is not refused");
        Unless(_source.Broken is null, $"{_source.Broken}");
    }

    private void Ordered<T>(object order, Action model)
        where T : notnull
    {
        Task<T>? answer = null;
        Step(() => answer = Manager.Ask<T>(order, Timeout.InfiniteTimeSpan), model);
        var result = Asks.ResultOf(answer!);
        Unless(result is T, $"{order} is answered with {result}");
    }

    private void RefusePausers(Func<object, bool> isRight)
    {
        foreach (var pauser in _pausers)
        {
            var answer = Asks.ResultOf(pauser);
            Unless(isRight(answer), $"a pause is answered with {answer}");
        }

        _pausers.Clear();
    }

    private void CompareEnds()
    {
        var started = _start.Done.Status;
        Unless(started == (Model.Ledger.Started ? TaskStatus.RanToCompletion : Model.Ledger.StartFailed ? TaskStatus.Faulted : started), $"the start is {started}");
        foreach (var order in _ends)
            Unless(order.Done.IsCompletedSuccessfully == Model.Ledger.AllClosed, $"{order.Kind} is {order.Done.Status}");
        if (_pausers.Count == 0)
            return;
        if (Model.State.Phase != PoolPhase.Running)
            RefusePausers(error => error is PoolException { Kind: PoolErrorKind.Closed });
        else if (Model.State.AllReturned || _wereAllReturned)
            RefusePausers(answer => answer is Paused);
        else if (_passed)
            _pausers.RemoveAll(pauser => pauser.IsCompletedSuccessfully);
        Unless(_pausers.TrueForAll(pauser => !pauser.IsCompleted), $"a pause is answered too early");
    }
}
