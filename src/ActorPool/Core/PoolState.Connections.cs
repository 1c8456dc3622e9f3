namespace ActorPool.Core;

internal sealed partial class PoolState
{
    internal static readonly Exception CrashWhileOpening = new InvalidOperationException("The actor that was opening a connection crashed.");

    private readonly Queue<object> _staying = new();

    // Connections that are closed after a use.
    private int _endingUse;

    private TimeSpan NextAttempt => _backoff.NextAttempt(Waiting > 0 || Phase == PoolPhase.Starting);

    private bool BackingOff(TimeSpan now) => now < NextAttempt;

    /// <summary>To be asked when an open is wanted: if only the pause after a failure is in the way, the pool wakes at its end.</summary>
    private bool CanOpen(TimeSpan now)
    {
        // While opening fails, one attempt at a time is enough to notice that it works again.
        if (_counts.Taken >= _settings.MaxConnections || _counts.Opening >= (_backoff.Failures > 0 ? 1 : _settings.MaxConcurrentOpens))
            return false;
        if (!BackingOff(now))
            return true;
        WakeBy(NextAttempt);
        return false;
    }

    /// <summary>Another attempt to open follows by itself, at once or after a pause.</summary>
    public bool WillOpen => Phase == PoolPhase.Running && !IsPaused
        && (Waiting > 0 || _counts.Opening > 0 || (_settings.KeepMin && _counts.Taken - _counts.Closing < _settings.MinConnections));

    private void OpenForMin(TimeSpan now)
    {
        if (Phase != PoolPhase.Starting && !(Phase == PoolPhase.Running && _settings.KeepMin && !IsPaused))
            return;
        while (_counts.Taken - _counts.Closing < _settings.MinConnections && CanOpen(now))
            StartOpen(now);
    }

    /// <summary>A lost or replaced connection is filled up again in a moment; only the time that it takes tells that from a minimum that cannot be kept.</summary>
    private void NoteMinimum(TimeSpan now) =>
        _counts.BelowMinSince = Phase == PoolPhase.Running && _settings.KeepMin && !IsPaused && _counts.Open < _settings.MinConnections ? _counts.BelowMinSince ?? now : null;

    private void StartOpen(TimeSpan now)
    {
        if (!_free.TryPop(out var slot))
            _slots.Add(slot = new Slot(_slots.Count));
        Enter(slot, SlotState.Opening);
        Begin(slot, now);
        slot.Incarnation++;
        slot.Work = ConnectionWork.None;
        slot.IsOutdated = false;
        slot.WasOpened = false;
        slot.WasLent = false;
        slot.IsResetPending = false;
        slot.TestAfter = TestAfter(slot.Index);
        slot.CheckedAt = TimeSpan.MinValue;
        Effects.Add(new Effect(EffectKind.Open) { Slot = slot });
    }

    /// <summary>The connection of a slot is open.</summary>
    public void Opened(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Opening)
            return;
        if (!_backoff.FailedByCheck)
            _backoff.Succeeded();
        _counts.Opened++;
        slot.WasOpened = true;
        NewSession(slot);
        slot.ExpiresAt = Expiry(now);
        if (Phase == PoolPhase.Starting && _counts.Open - _counts.Closing + 1 >= _settings.MinConnections)
            Run();
        BecomeIdle(slot, now);
    }

    /// <summary>An attempt to open failed. No backend is left of it, unless that is unclear: then the slot is closed by and by, as after a <see cref="Close"/>.</summary>
    public void OpenFailed(Slot slot, int incarnation, Exception error, ConnectFailure failure, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Opening)
            return;
        _backoff.Failed(now, error, failure);
        _counts.ConnectFailures++;
        if (failure == ConnectFailure.Unclear)
        {
            Enter(slot, SlotState.Closing);
            slot.Reason = CloseReason.Lost;
        }
        else
        {
            Enter(slot, SlotState.Free);
            _free.Push(slot);
        }

        if (Phase == PoolPhase.Starting && (failure is not (ConnectFailure.Passing or ConnectFailure.StartingUp) || NextAttempt > _startDeadline))
        {
            FailStart(error);
            return;
        }

        RefuseForFailure(error, failure);
        Serve(now);
    }

    /// <summary>The round trip of a slot was made: its connection is alive, and clean as far as the work goes.</summary>
    public void WorkDone(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State is not (SlotState.Resetting or SlotState.Validating))
            return;
        if (slot.Work.HasFlag(ConnectionWork.FullReset))
            NewSessionOfSameOwner(slot);

        if (slot.Work.HasFlag(ConnectionWork.Check))
        {
            slot.CheckedAt = now;
            if (_backoff.FailedByCheck)
                _backoff.Succeeded();
        }

        WakeForTests(now);
        if (slot.PreparingFor is { } entry)
            Prepared(slot, entry, now);
        else
            BecomeIdle(slot, now);
    }

    /// <summary>The work of a slot failed: the next candidate takes its place at once.</summary>
    /// <param name="slot">Where the connection stands.</param>
    /// <param name="incarnation">Which connection it was.</param>
    /// <param name="error">What happened.</param>
    /// <param name="byHook">A hook of the user's failed; the connection itself would be sound.</param>
    /// <param name="now">The present time.</param>
    /// <param name="isForAll">What failed may be wrong with the other connections as well, also when it was a hook that failed.</param>
    public void WorkFailed(Slot slot, int incarnation, Exception error, bool byHook, TimeSpan now, bool isForAll = false)
    {
        if (slot.Incarnation != incarnation || slot.State is not (SlotState.Resetting or SlotState.Validating))
            return;
        // New connections that no check lets through are as bad as none: without a pause they would be opened and closed in a circle.
        if (byHook && !slot.WasLent && slot.Work.HasFlag(ConnectionWork.Check))
            _backoff.Failed(now, error, byCheck: true);
        if (byHook && slot.PreparingFor is { } entry)
            RefusePreparing(slot, entry, error);
        Abort(slot, byHook ? CloseReason.Hook : CloseReason.Lost);
        WakeForTests(now);
        if (!byHook || isForAll)
            ValidateIdle(now);
        Serve(now);
    }

    /// <summary>A connection is closed and its backend gone: the slot can be filled again.</summary>
    public void Closed(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State != SlotState.Closing)
            return;
        if (slot.EndsUse)
            _endingUse--;
        slot.EndsUse = false;
        Enter(slot, SlotState.Free);
        _free.Push(slot);
        // An open that was given up is not a connection: what was opened and not closed is open.
        if (slot.WasOpened)
        {
            _counts.Closed++;
            PoolCounts.Of(ref _counts, slot.Reason)++;
        }

        if (FinishedClosing())
            return;
        Serve(now);
    }

    /// <summary>Whoever drives the connection crashed, in whatever state: the lease ends, the rest is closed.</summary>
    public void Lost(Slot slot, int incarnation, TimeSpan now)
    {
        if (slot.Incarnation != incarnation || slot.State == SlotState.Free)
            return;
        WakeForTests(now);
        if (slot.State == SlotState.Opening)
            _backoff.Failed(now, CrashWhileOpening);
        if (slot.State == SlotState.InUse)
            EndByForce(slot, LeaseEnd.ConnectionLost);
        else
            Abort(slot, slot.State == SlotState.Closing ? slot.Reason : CloseReason.Lost);
        Serve(now);
    }

    /// <summary>The backend of a connection that was ended takes no notice: the next idle connection terminates it.</summary>
    /// <param name="backend">The driver's name for it.</param>
    /// <param name="now">The present time.</param>
    public void BackendSurvived(object backend, TimeSpan now)
    {
        if (Phase != PoolPhase.Running)
            return;
        _staying.Enqueue(backend);
        TerminateSurvivors(now);
    }

    // By a connection of the pool itself: one more, for this alone, would be one above the cap. It is not forgotten before that
    // was done; for a backend that has gone meanwhile it does nothing.
    private void TerminateSurvivors(TimeSpan now)
    {
        while (_staying.Count > 0 && OldestIdle() is { } idle)
            StartWork(idle, ConnectionWork.Terminate, now, _staying.Dequeue());
    }

    private static void NewSession(Slot slot)
    {
        slot.Session++;
        slot.SessionUsed = false;
        slot.SessionOwner = null;
        slot.PreparedFor = null;
    }

    /// <summary>After a reset on return: the key still prefers the connection, empty as it is.</summary>
    private static void NewSessionOfSameOwner(Slot slot)
    {
        var owner = slot.SessionOwner;
        NewSession(slot);
        slot.SessionOwner = owner;
    }

    private TimeSpan Expiry(TimeSpan now) =>
        _settings.MaxLifetime < TimeSpan.Zero
            ? TimeSpan.MaxValue
            : now + _settings.MaxLifetime * (1 - _settings.LifetimeJitter * _random.NextDouble());

    private static bool IsExpired(Slot slot, TimeSpan now) => slot.IsOutdated || now >= slot.ExpiresAt;

    private void Close(Slot slot, CloseReason reason)
    {
        LeaveIdle(slot);
        NoteEndOfUse(slot);
        Enter(slot, SlotState.Closing);
        slot.Reason = reason;
        Effects.Add(new Effect(EffectKind.Close) { Slot = slot });
    }

    private void Abort(Slot slot, CloseReason reason, ConnectionWork stuck = ConnectionWork.None)
    {
        LeaveIdle(slot);
        NoteEndOfUse(slot);
        Enter(slot, SlotState.Closing);
        slot.Reason = reason;
        if (slot.PreparingFor is { } entry)
            QueueAgain(slot, entry);
        Effects.Add(new Effect(EffectKind.Abort) { Slot = slot, Work = stuck });
    }

    /// <summary>
    /// A borrower's transaction may be open on it until its backend is gone. After a crash (<see cref="SlotState.Free"/>) that is not known.
    /// </summary>
    private void NoteEndOfUse(Slot slot)
    {
        if (slot.EndsUse || slot.State is not (SlotState.InUse or SlotState.Resetting or SlotState.Free))
            return;
        slot.EndsUse = true;
        _endingUse++;
    }

    /// <summary>
    /// Those who do not wait for others learn at once that an open failed for which they waited; the others keep waiting,
    /// unless the error is one that does not pass and there is no other connection.
    /// </summary>
    private void RefuseForFailure(Exception error, ConnectFailure failure)
    {
        if (failure == ConnectFailure.Permanent && _counts.Taken == 0)
        {
            RefuseAllWaiting(PoolErrorKind.ConnectFailed, error);
            return;
        }

        while (Demand > SoonReady + SoonOpen && _impatient.First is { } first)
            LeaveRefused(first.Value, PoolErrorKind.ConnectFailed, error);
    }
}

/// <summary>What an attempt to open failed of.</summary>
internal enum ConnectFailure : byte
{
    /// <summary>The network or the server: it may work again at any time.</summary>
    Other,

    /// <summary>It was given up, or cut off, in the middle: the server may have a backend of it for a moment.</summary>
    Unclear,

    /// <summary>Nobody listens there: the server is down, perhaps for the moment of a restart.</summary>
    Refused,

    /// <summary>The server says that it will pass: it is starting up or shutting down (57P03).</summary>
    StartingUp,

    /// <summary>The server says that it will pass: it has no free slot (53300).</summary>
    Passing,

    /// <summary>Wrong credentials or no such database: it will not pass by itself.</summary>
    Permanent,
}
