using System.Diagnostics.CodeAnalysis;
using ActorPool.Core;
using ActorPool.Core.Keys;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Telemetry;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>What the manager, the facade and the leases of one pool share. It outlives the manager.</summary>
internal sealed class PoolContext(PoolSettings settings, IConnectionSource source) : ILeaseHome
{
    private const int MostTurns = 1000;

    // Together about two microseconds, as long as a change of threads takes; a caller's turn lasts a tenth of that.
    private const int TurnsBetweenLooks = 2;
    private static readonly int Looks = Environment.ProcessorCount > 1 ? 32 : 0;

    private long _notesTold;
    private long _notesHandled;
    private int _isEntered;
    private volatile bool _ended;
    private volatile IActorRef? _manager;

    public PoolSettings Settings { get; } = settings;

    public IConnectionSource Source { get; } = source;

    public PoolGauges Gauges { get; } = new(settings);

    public PoolMetrics Metrics { get; } = new(settings.Name);

    /// <summary>The clock of the manager, and so of the core.</summary>
    public ITimeProvider Clock { get; set; } = null!;

    /// <summary>What outlives a manager that crashes: the slots, by index.</summary>
    public List<SlotRecord> Records { get; } = [];

    /// <summary>And the actors that are watched, because they wait or hold a lease.</summary>
    public Dictionary<IActorRef, WatchedBorrower> Borrowers { get; } = [];

    /// <summary>Where borrowers find the entries of their keys. There is one as soon as the pool has started.</summary>
    public KeyTable Keys => State!.Keys;

    /// <summary>And the state that its last manager had; null before the first.</summary>
    public PoolState? State { get; set; }

    /// <summary>The log has said what the pool has to do without.</summary>
    public bool LimitationTold { get; set; }

    public string Name => Settings.Name;

    public string ConnectionString => Source.ConnectionString;

    public IActorRef Manager
    {
        get => _manager ?? throw new InvalidOperationException("The pool has not been started.");
        set => _manager = value;
    }

    public bool HasManager => _manager is not null;

    /// <summary>The manager is gone for good: what is sent to it now nobody answers.</summary>
    public bool Ended
    {
        get => _ended;
        set => _ended = value;
    }

    /// <summary>The log has warned that two borrowers share a connection. Written by the manager.</summary>
    public bool HasWarnedOfSharing { get; set; }

    /// <summary>Called when the pool is closed, in whatever way: its name is free for another one.</summary>
    public Action Closed { get; set; } = () => { };

    public void Returned(PooledConnection lease)
    {
        if (!PoolMetrics.MeasuresUse)
        {
            NoteHere(lease);
            return;
        }

        // Looked up before the note: after it the slot may be lent to somebody else.
        var used = Clock.HighResMonotonicClock - lease.Slot.LentAt;
        NoteHere(lease);
        Metrics.Used(used);
    }

    [SuppressMessage("Design", "CA1031", Justification = "On the finalizer's thread an exception would end the process.")]
    public void Forgotten(ForgottenLease lease)
    {
        try
        {
            Note(lease);
        }
        catch (Exception)
        {
            // The actor system is gone, and the connection with it.
        }
    }

    /// <summary>Tells the manager something that nobody awaits.</summary>
    public void Note(object note)
    {
        if (_ended)
            return;
        Interlocked.Increment(ref _notesTold);
        Manager.Tell(note, ActorRefs.NoSender);
    }

    /// <summary>The same on a thread of a borrower's, which may handle it.</summary>
    private void NoteHere(object note)
    {
        if (_ended)
            return;
        Interlocked.Increment(ref _notesTold);
        TellHere(note);
    }

    /// <summary>A note was handled, and the numbers show it. One that somebody else has told does not count.</summary>
    public void NoteHandled()
    {
        if (_notesHandled < Volatile.Read(ref _notesTold))
            Volatile.Write(ref _notesHandled, _notesHandled + 1);
    }

    /// <summary>The pool's numbers, with every return and every cancellation that came before.</summary>
    public PoolStatistics Statistics()
    {
        var told = Volatile.Read(ref _notesTold);
        var spin = default(SpinWait);
        // The manager is at most a few messages behind; one that is held up is not waited for.
        for (var turn = 0; turn < MostTurns && !_ended && Volatile.Read(ref _notesHandled) < told; turn++)
            spin.SpinOnce(sleep1Threshold: -1);
        return Look();
    }

    /// <summary>The same, as they are at the moment.</summary>
    public PoolStatistics Look() => Gauges.Read(Clock.HighResMonotonicClock);

    /// <summary>Sends a request that answers itself should the manager end before it is read.</summary>
    public void Send(IPoolRequest request)
    {
        TellHere(request);
        // The flag is set before the mailbox is emptied: either this sees it, or the request is found in the mailbox.
        if (_ended)
            request.Fail(PoolFailure.Closed(Name));
    }

    /// <summary>
    /// Tells the manager something on a caller's thread. Two callers at the same moment take turns: each finds the manager at rest, where the
    /// second message would need a thread of the thread pool. The second one waits for as long as that would take, and no longer.
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
        for (var look = 0; look < Looks; look++)
        {
            Thread.SpinWait(TurnsBetweenLooks);
            if (Volatile.Read(ref _isEntered) == 0 && Interlocked.CompareExchange(ref _isEntered, 1, 0) == 0)
                return true;
        }

        return false;
    }
}
