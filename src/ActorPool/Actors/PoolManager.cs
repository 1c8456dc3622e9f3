using ActorPool.Actors;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Leases;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

/// <summary>
/// The actor in whose mailbox every getconn, putconn and closeall of a pool is put in order; in place of the lock of psycopg2's
/// <c>ThreadedConnectionPool</c>. Public as the key of <c>IRequiredActor&lt;PoolManager&gt;</c>; started by <see cref="ConnectionPool"/>.
/// </summary>
/// <remarks>
/// It is asked with <see cref="GetConn"/>, <see cref="PutConn"/>, <see cref="CloseAll"/> and <see cref="GetStatistics"/>, and every failure is
/// answered with a <see cref="Status.Failure"/>. It only translates: messages into calls of the pure core, and the core's effects into
/// answers and orders to its connections. It never waits: opening, resetting and closing are its children's work, so a message
/// takes the same short time whatever the network does and however many wait.
/// </remarks>
public sealed partial class PoolManager : UntypedActor, IWithTimers
{
    private readonly PoolContext _cell;
    private readonly PoolState _state;
    private readonly List<SlotRecord> _records;
    private readonly Dictionary<IActorRef, WatchedBorrower> _borrowers;
    private readonly HashSet<IActorRef> _asks = [];
    private readonly List<IActorRef> _pausers = [];
    private readonly List<PooledConnection> _undelivered = [];
    private readonly List<PoolOrder> _closing = [];
    private readonly List<IActorRef> _closers = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private PoolOrder? _start;
    private (PoolFailure Failure, Shortage? Why, Exception? Cause)? _explained;
    private TimeSpan _timerAt = TimeSpan.MaxValue;
    private bool _stopping;

    internal PoolManager(PoolContext cell)
    {
        _cell = cell;
        _records = cell.Records;
        _borrowers = cell.Borrowers;
        // After a crash of a pool that was ending there is nothing to take over.
        _crashed = cell.Ended ? null : cell.State;
        _state = _crashed is null
            ? new PoolState(
                cell.Settings.ToPolicy(), Now, Random.Shared,
                slot => cell.Records[slot.Index].Connection?.Probe() ?? SocketState.Unknown,
                slot => cell.Records[slot.Index].Connection?.PrependReset() == true)
            : new PoolState(_crashed, Now);
        cell.State = _state;
    }

    /// <summary>The pool's own timers; set by Akka.</summary>
    ITimerScheduler IWithTimers.Timers { get; set; } = null!;

    private static readonly TimeSpan LookAtForgotten = TimeSpan.FromSeconds(1);

    private TimeSpan Now => _cell.Clock.HighResMonotonicClock;

    internal static Props Props(PoolContext cell) => Akka.Actor.Props.CreateBy(new Maker(cell)).WithDeploy(Deploy.Local).WithMailbox(PoolMailbox.Id).WithDispatcher(ManagerDispatcher.Path);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (!IsHeldBack(message))
            Handle(message);
    }

    private void Handle(object message)
    {
        var now = Now;
        _cell.Gauges.Change();
        _decided = null;
        switch (message)
        {
            // The two of every borrow stand first.
            case AcquireRequest request:
                Get(request, now);
                break;
            case PooledConnection { IsOver: true } lease:
                TakeBack(lease, close: false, now);
                break;
            case IConnectionReport when _cell.Ended:
                break;
            case ForgottenLease forgotten:
                TakeBack(forgotten, now);
                break;
            case ClosedByReader closed:
                TakeBack(closed, now);
                break;
            case UndeliveredLease undelivered:
                TakeBack(undelivered, now);
                break;
            case LookAgain look:
                TakeBack(look.Lease, now);
                break;
            case ReturnRequest request:
                Answer(request, now);
                break;
            case Abandoned abandoned:
                _state.Cancel(abandoned.Request, now);
                break;
            case GetConn get:
                Get(get, Sender, now);
                break;
            case PutConn put:
                Put(put, Sender, now);
                break;
            case KeyLookup lookup:
                GoOn(lookup, now);
                break;
            case LookupLate late:
                Late(late.Lookup);
                break;
            case NextBehind next:
                Handle(next);
                break;
            case ConnectionOpened opened:
                Opened(opened, now);
                break;
            case ConnectionFailed failed:
                Failed(failed, now);
                break;
            case WorkEnded work:
                Worked(work, now);
                break;
            case BackendSurvived stays:
                _log.Warning(
                    "Pool {Pool}: the backend {ProcessId} of a connection that was ended still runs. {Next}", _cell.Name, stays.Backend.ProcessId,
                    _state.Phase == PoolPhase.Running ? "The next idle connection terminates it." : "The pool is ending and leaves it to the server.");
                _state.BackendSurvived(stays.Backend, now);
                break;
            case ConnectionEnded ended:
                _state.Closed(ended.Slot, ended.Incarnation, now);
                break;
            case ConnectionStopped stopped:
                Stopped(stopped, now);
                break;
            case BorrowerEnded ended:
                Gone(ended.Borrower, now);
                break;
            case AskEnded ended:
                ended.Request.IsWatched = false;
                _asks.Remove(ended.Request.Sender);
                _state.Cancel(ended.Request, now);
                break;
            case SweepDue:
                _timerAt = TimeSpan.MaxValue;
                _state.Sweep(now);
                break;
            case PoolOrder order:
                Obey(order, now);
                break;
            case ActorPool.CloseAll:
                CloseAll(Sender);
                break;
            case GetStatistics:
                Sender.Tell(PoolStatistics.From(_cell.Name, _state.Counts, now), Self);
                break;
            case Resize or Drain or Pause or ActorPool.Resume or GetLeases when _state.Phase != PoolPhase.Running:
                Refuse(Sender, FailureOf(PoolErrorKind.Closed));
                break;
            case Resize resize:
                Obey(resize, now);
                break;
            case Drain:
                _state.Drain(now);
                _log.Info("Pool {Pool}: every connection is being replaced.", _cell.Name);
                Sender.Tell(Drained.Instance, Self);
                break;
            case Pause pause:
                Obey(pause, now);
                break;
            case ActorPool.Resume:
                Resume(now);
                break;
            case GetLeases:
                Sender.Tell(Leases(now), Self);
                break;
            default:
                Unhandled(message);
                break;
        }

        _decided = message;
        // The numbers come first: whoever is answered can see in them what the answer changed.
        Publish();
        CarryOut(now);
        if (IsNote(message))
            _cell.NoteHandled();
        if (_pausers.Count > 0)
            LookAtPause();
        SetTimer(now);
    }

    /// <summary>Stopped or killed: the same as closeall.</summary>
    protected override void PostStop()
    {
        _stopping = true;
        _cell.Ended = true;
        _cell.Gauges.Change();
        TryCloseAll();
        Publish();
        Quietly(() => CarryOut(Now));
        AnswerAfterCrash(_state.Effects.Select(effect => effect.Waiter).OfType<Waiter>().ToArray(), PoolFailure.Closed(_cell.Name));
        foreach (var record in _records)
        {
            if (record.Lease?.TryEnd(LeaseEnd.PoolClosed) == true)
                record.Connection?.EndLease(LeaseEnd.PoolClosed);
            _ = record.Connection?.AbortAsync();
        }

        var failure = PoolFailure.Closed(_cell.Name);
        _start?.Fail(failure);
        foreach (var order in _closing)
            order.Complete();
        foreach (var closer in _closers)
            closer.Tell(AllClosed.Instance, Self);
        foreach (var pauser in _pausers)
            Refuse(pauser, failure);
        RefuseLookups(failure);
        _cell.Gauges.Publish(_state.Counts.WithoutSizes());
    }

    private static bool IsNote(object? message) => message is PooledConnection { IsOver: true } or ForgottenLease or ClosedByReader or Abandoned or UndeliveredLease;

    private void Publish() => _cell.Gauges.Publish(_state);

    private void Obey(PoolOrder order, TimeSpan now)
    {
        switch (order.Kind)
        {
            case PoolOrderKind.Start:
                _start = order;
                order.Take();
                _state.Start(now);
                break;
            case PoolOrderKind.CloseAll when TryCloseAll():
                _closing.Add(order);
                break;
            case PoolOrderKind.CloseAll:
                order.Fail(FailureOf(PoolErrorKind.Closed));
                break;
            case PoolOrderKind.Stop when _state.IsEmpty:
                order.Complete();
                break;
            case PoolOrderKind.Stop:
                _closing.Add(order);
                _state.Stop(now, order.Patience);
                break;
        }
    }

    private void CloseAll(IActorRef sender)
    {
        if (!TryCloseAll())
            Refuse(sender, FailureOf(PoolErrorKind.Closed));
        else if (!IsNobody(sender))
            _closers.Add(sender);
    }

    private bool TryCloseAll()
    {
        if (!_state.CloseAll())
            return false;
        _log.Info("Pool {Pool}: closed.", _cell.Name);
        _cell.Closed();
        return true;
    }

    private void SetTimer(TimeSpan now)
    {
        if (_state.WakeAt >= _timerAt)
            return;
        _timerAt = _state.WakeAt;
        var delay = _timerAt > now ? _timerAt - now : TimeSpan.Zero;
        ((IWithTimers)this).Timers.StartSingleTimer(SweepDue.Instance, SweepDue.Instance, delay);
    }

    private PoolFailure FailureOf(PoolErrorKind kind, Exception? cause = null) =>
        new(kind, _cell.Name, PoolStatistics.From(_cell.Name, _state.Counts, Now), cause ?? (IsAboutConnections(kind) ? _state.LastConnectError : null)) { Server = _cell.Source.Server };

    private static bool IsAboutConnections(PoolErrorKind kind) =>
        kind is PoolErrorKind.Timeout or PoolErrorKind.ConnectFailed or PoolErrorKind.Exhausted or PoolErrorKind.TooManyWaiting;

    /// <summary>Makes the manager again after a crash; Akka itself could not call a constructor that is not public.</summary>
    private sealed class Maker(PoolContext cell) : IIndirectActorProducer
    {
        public Type ActorType => typeof(PoolManager);

        public ActorBase Produce() => new PoolManager(cell);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed record LookAgain(ForgottenLease Lease) : INoSerializationVerificationNeeded;

    private sealed class SweepDue : INoSerializationVerificationNeeded
    {
        public static readonly SweepDue Instance = new();
    }
}
