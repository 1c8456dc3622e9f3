using ActorPool.Actors;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Messages;
using Akka.Actor;
using Akka.Event;

namespace ActorPool;

/// <summary>
/// The actor whose mailbox puts every getconn, putconn and closeall of a pool in order, in place of the lock of psycopg2's
/// <c>ThreadedConnectionPool</c>. Public as the key of <c>IRequiredActor&lt;PoolManager&gt;</c>; started by <see cref="ConnectionPool"/>.
/// </summary>
/// <remarks>
/// <para>It accepts <see cref="GetConn"/>, <see cref="PutConn"/>, <see cref="CloseAll"/>, <see cref="GetStatistics"/> and the commands of an
/// operator. Every failure is answered with a <see cref="Status.Failure"/>.</para>
/// <para>The dialogue. A borrower sends a request: a <see cref="GetConn"/>, or the message of the facade, which is its own promise. The manager
/// passes it to the core and carries out the effects that the core decided: it delivers a lease, refuses a request, or orders a
/// connection actor, its child, to open, work or close. The child reports back; the remark of <c>ConnectionActor</c> tells in which order.
/// A borrower returns a lease by a <see cref="PutConn"/>, by the facade, or by disposing it: then the lease itself is the message.</para>
/// <para>A report about a connection names its incarnation, and one about a lease its number. The core and the lease table drop a stale one.</para>
/// <para>The manager only translates and never waits: opening, resetting and closing are the work of its children, and a user's key is compared
/// on another thread. A message takes the same short time, however slow the network is and however many requests wait.</para>
/// </remarks>
public sealed partial class PoolManager : UntypedActor, IWithTimers, IPoolMessageHandler
{
    // Self reads a thread-static each time, on the path of every borrow.
    private readonly IActorRef _self = Context.Self;
    private readonly PoolContext _pool;
    private readonly ActorPoolLog _log;
    private readonly PoolState _state;
    private readonly PoolState? _crashed;
    private readonly LeaseTable _leases;
    private readonly ConnectionReports _reports;
    private readonly ConnectionActors _connections;
    private readonly DeathWatch _watch;
    private readonly KeyLookups _lookups;
    private readonly PauseWaiters _pauseWaiters = new();
    private readonly List<ReplyTo> _closeWaiters = [];
    private readonly List<PooledConnection> _undelivered = [];
    private PoolOrder? _start;
    private TimeSpan _timerAt = TimeSpan.MaxValue;
    private bool _isStopping;

    internal PoolManager(PoolContext pool)
    {
        _pool = pool;
        _log = pool.Log ??= new ActorPoolLog(Context.GetLogger(), pool.Name);
        // After a crash of a pool that was ending there is nothing to take over.
        _crashed = pool.Ended ? null : pool.State;
        _state = pool.State = _crashed is null
            ? new PoolState(
                pool.Settings.ToPolicy(), Now, Random.Shared,
                slot => pool.Slots[slot.Index].Connection?.Probe() ?? SocketState.Unknown,
                slot => pool.Slots[slot.Index].Connection?.PrependReset() == true)
            : new PoolState(_crashed, Now);
        _leases = new LeaseTable(pool, pool.Slots, _state, _log);
        _reports = new ConnectionReports(_state, pool.Source, _log);
        _connections = new ConnectionActors(pool, Context);
        _watch = new DeathWatch(pool.Borrowers, Context);
        _lookups = new KeyLookups(pool, this);
    }

    /// <summary>The pool's own timers; set by Akka.</summary>
    ITimerScheduler IWithTimers.Timers { get; set; } = null!;

    private TimeSpan Now => _pool.Now;

    private ReplyTo ToSender => new(Sender, _pool);

    internal static Props Props(PoolContext pool) => Akka.Actor.Props.CreateBy(new Maker(pool)).WithDeploy(Deploy.Local).WithMailbox(PoolMailbox.Id).WithDispatcher(ManagerDispatcher.Path);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (_lookups.IsEmpty || !_lookups.HoldsBack(message, Sender))
            Handle(message);
    }

    private void Handle(object message)
    {
        var now = Now;
        var isNote = false;
        _pool.Gauges.Change();
        _decided = null;
        switch (message)
        {
            // The messages of every borrow come first.
            case AcquireRequest request:
                Borrow(request, now);
                break;
            case PooledConnection { IsOver: true } lease:
                _leases.TakeBack(lease, now);
                isNote = true;
                break;
            case ReturnRequest request:
                Return(request, now);
                break;
            case ToldStatement statement:
                _state.Tell(statement, now);
                break;
            case BatchEnded ended:
                Handle(ended, now);
                break;
            case IControlMessage when _state.Phase != PoolPhase.Running:
                RefuseAsClosed();
                break;
            case IPoolMessage command:
                command.HandleBy(this, now);
                break;
            case PoolOrder order:
                Handle(order, now);
                break;
            case INote note:
                Handle(note, now);
                isNote = true;
                break;
            case IConnectionReport report:
                Handle(report, now);
                break;
            case RecheckForgotten recheck:
                TakeBack(recheck.Lease, now);
                break;
            case KeyLookup lookup:
                Found(lookup, now);
                break;
            case LookupLate late:
                Late(late.Lookup);
                break;
            case NextBehind next:
                Handle(next);
                break;
            case BorrowerEnded ended:
                BorrowerStopped(ended.Borrower, now);
                break;
            case AskEnded ended:
                _watch.Ended(ended.Request);
                _state.Cancel(ended.Request, now);
                break;
            case SweepDue:
                _timerAt = TimeSpan.MaxValue;
                _state.Sweep(now);
                break;
            default:
                Unhandled(message);
                break;
        }

        _decided = message;
        // The numbers are published before the answers, so that the receiver of an answer sees them changed.
        Publish();
        CarryOut(now);
        if (isNote)
            _pool.NoteHandled();
        if (!_pauseWaiters.IsEmpty)
            AnswerPause();
        SetTimer(now);
    }

    /// <summary>Stopped or killed: the same as closeall.</summary>
    protected override void PostStop()
    {
        _isStopping = true;
        _pool.Ended = true;
        _pool.Gauges.Change();
        TryCloseAll();
        Publish();
        Quietly(() => CarryOut(Now));
        var failure = PoolFailure.Closed(_pool.Name);
        // The connection actors have ended: a batch that none of them has begun is sent by none.
        RefuseAfterCrash([.. _state.Effects.Select(effect => effect.Waiter).OfType<Waiter>(), .. NotBegun()], failure);
        // And the end of a batch that runs is reported to none.
        foreach (var statement in _state.Running.OfType<IStatementRequest>().ToArray())
            Quietly(() => statement.FailUnanswered(failure));
        foreach (var place in _pool.Slots)
        {
            if (place.Lease?.TryEnd(LeaseEnd.PoolClosed) == true)
                place.Connection?.EndLease(LeaseEnd.PoolClosed);
            _ = place.Connection?.AbortAsync();
        }

        _start?.Fail(failure);
        AnswerClose();
        while (_pauseWaiters.TryTake(out var sender))
            new ReplyTo(sender, _pool).Refuse(failure);
        _lookups.RefuseAll(failure);
        _pool.Gauges.Publish(_state.Counts.WithoutSizes());
    }

    private void Publish() => _pool.Gauges.Publish(_state);

    private void SetTimer(TimeSpan now)
    {
        if (_state.WakeAt >= _timerAt)
            return;
        _timerAt = _state.WakeAt;
        var delay = _timerAt > now ? _timerAt - now : TimeSpan.Zero;
        ((IWithTimers)this).Timers.StartSingleTimer(SweepDue.Instance, SweepDue.Instance, delay);
    }

    /// <summary>Makes the manager, also after a crash; Akka itself cannot call a constructor that is not public.</summary>
    private sealed class Maker(PoolContext pool) : IIndirectActorProducer
    {
        public Type ActorType => typeof(PoolManager);

        public ActorBase Produce() => new PoolManager(pool);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class SweepDue : INoSerializationVerificationNeeded
    {
        public static readonly SweepDue Instance = new();
    }
}
