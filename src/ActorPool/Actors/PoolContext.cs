using System.Data.Common;
using ActorPool.Core;
using ActorPool.Core.Keys;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Remoting;
using ActorPool.Telemetry;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The data that the manager, the facade and the leases of one pool share. It outlives the manager.</summary>
internal sealed class PoolContext(PoolSettings settings, IConnectionSource source) : ILeaseHome
{
    private const int MaxSpins = 1000;

    // All checks take about two microseconds, as long as a change of threads. A caller's turn takes a tenth of that.
    private const int TurnsBetweenChecks = 2;
    private static readonly int Checks = Environment.ProcessorCount > 1 ? 32 : 0;

    private long _notesSent;
    private long _notesHandled;
    private int _isEntered;
    private volatile bool _ended;
    private volatile IActorRef? _manager;

    public PoolSettings Settings { get; } = settings;

    public IConnectionSource Source { get; } = source;

    public PoolGauges Gauges { get; } = new(settings);

    public PoolMetrics Metrics { get; } = new(settings.Name, source.ConnectionString);

    /// <summary>The clock of the manager, and so of the core.</summary>
    public ITimeProvider Clock { get; set; } = null!;

    /// <summary>Makes the answers to senders in other processes.</summary>
    public RemoteAnswers Remote { get; set; } = null!;

    /// <summary>The connections and leases of the slots, by index. They outlive a manager that crashes.</summary>
    public List<ConnectionSlot> Slots { get; } = [];

    /// <summary>The actors of the connections, by the same index. They outlive a manager that crashes.</summary>
    public List<ConnectionOwner> Owners { get; } = [];

    /// <summary>The actors that are watched because they wait or hold a lease. The list outlives a manager that crashes.</summary>
    public Dictionary<IActorRef, WatchedBorrower> Borrowers { get; } = [];

    /// <summary>Where borrowers find the entries of their keys; not before the start.</summary>
    public KeyTable Keys => State!.Keys;

    /// <summary>The state of the last manager; null before the first.</summary>
    public PoolState? State { get; set; }

    /// <summary>The log; null before the first manager.</summary>
    public ActorPoolLog? Log { get; set; }

    public string Name => Settings.Name;

    public string Server => Source.Server;

    public string ConnectionString => Source.ConnectionString;

    public DbProviderFactory Driver => Source.Driver;

    public TimeSpan Now => Clock.HighResMonotonicClock;

    public IActorRef Manager
    {
        get => _manager ?? throw new InvalidOperationException("The pool has not been started.");
        set => _manager = value;
    }

    public bool HasManager => _manager is not null;

    /// <summary>The manager has ended for good: it answers no message sent from now on.</summary>
    public bool Ended
    {
        get => _ended;
        set => _ended = value;
    }

    /// <summary>Called when the pool is closed, and its name can be used again.</summary>
    public Action Closed { get; set; } = () => { };

    public void Returned(PooledConnection lease)
    {
        if (!PoolMetrics.MeasuresUse)
        {
            NoteHere(lease);
            return;
        }

        var used = Now - lease.LentAt;
        NoteHere(lease);
        Metrics.Used(used);
    }

    public void ClosedByReader(ReaderClosedLease lease) => Note(new LeaseClosedByReader(lease));

    // On the finalizer's thread an exception would end the process.
    public void Forgotten(ForgottenLease lease)
    {
        try
        {
            Note(new LeaseForgotten(lease));
        }
        catch (Exception)
        {
            // The actor system has ended, and the connection with it.
        }
    }

    /// <summary>Sends the manager a message without an answer.</summary>
    public void Note(INote note)
    {
        if (_ended)
            return;
        Interlocked.Increment(ref _notesSent);
        Manager.Tell(note, ActorRefs.NoSender);
    }

    /// <summary>Sends an ended lease as such a message. The borrower's thread may run the manager itself.</summary>
    private void NoteHere(PooledConnection lease)
    {
        if (_ended)
            return;
        Interlocked.Increment(ref _notesSent);
        TellHere(lease);
    }

    /// <summary>A note was handled, and the numbers show it. A message of this type from another sender does not count.</summary>
    public void NoteHandled()
    {
        if (_notesHandled < Volatile.Read(ref _notesSent))
            Volatile.Write(ref _notesHandled, _notesHandled + 1);
    }

    /// <summary>The pool's numbers, with every return and every cancellation that came before.</summary>
    public PoolStatistics Statistics()
    {
        var sent = Volatile.Read(ref _notesSent);
        var spin = default(SpinWait);
        // The manager is at most a few messages behind. If it is delayed for longer, the reader does not wait for it.
        for (var spins = 0; spins < MaxSpins && !_ended && Volatile.Read(ref _notesHandled) < sent; spins++)
            spin.SpinOnce(sleep1Threshold: -1);
        return CurrentStatistics();
    }

    /// <summary>The pool's numbers as the manager last published them.</summary>
    public PoolStatistics CurrentStatistics() => Gauges.Read(Now);

    /// <summary>Sends a request that is refused when the manager ends before it reads it.</summary>
    public void Send(IPoolRequest request)
    {
        TellHere(request);
        // The flag is set before the mailbox is emptied: either it is seen here, or the request is found in the mailbox.
        if (_ended)
            request.Fail(PoolFailure.Closed(Name));
    }

    /// <summary>As <see cref="Send"/>. If the statement is run at once, this thread also sends it to the server, when the manager is done.</summary>
    public void SendStatement(IPoolRequest call)
    {
        ManagerDispatcher.BeginTurn();
        try
        {
            Send(call);
        }
        finally
        {
            ManagerDispatcher.EndTurn();
        }
    }

    /// <summary>
    /// Sends a message on a caller's thread. Two callers at the same moment take turns, so that each finds the manager idle; otherwise the
    /// second message would need a thread of the thread pool. The second caller waits for at most the time that such a thread takes to start.
    /// </summary>
    private void TellHere(object message)
    {
        var hasEntered = Interlocked.CompareExchange(ref _isEntered, 1, 0) == 0 || EntersSoon();
        try
        {
            ManagerDispatcher.Tell(Manager, message);
        }
        finally
        {
            if (hasEntered)
                Volatile.Write(ref _isEntered, 0);
        }
    }

    private bool EntersSoon()
    {
        for (var check = 0; check < Checks; check++)
        {
            Thread.SpinWait(TurnsBetweenChecks);
            if (Volatile.Read(ref _isEntered) == 0 && Interlocked.CompareExchange(ref _isEntered, 1, 0) == 0)
                return true;
        }

        return false;
    }
}
