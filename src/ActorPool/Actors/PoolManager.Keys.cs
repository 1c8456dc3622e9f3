using ActorPool.Actors;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Akka.Actor;

namespace ActorPool;

// Keys in raw messages. The manager compares those that .NET itself compares; the others are looked up on the thread pool.
public sealed partial class PoolManager
{
    // Akka's timers count ticks from the start of the system, and a longer time would overflow.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(365);

    private readonly Dictionary<IActorRef, KeyLookup> _lookups = [];

    /// <summary>Whether the message has to wait for an earlier one of its sender, whose key is being looked up.</summary>
    private bool IsHeldBack(object message)
    {
        if (_lookups.Count == 0 || !PublicMessage.Is(message) || !_lookups.TryGetValue(Sender, out var ahead))
            return false;
        ahead.Behind.Enqueue(message);
        return true;
    }

    private void LookUp(object message, IActorRef sender, TimeSpan now)
    {
        var lookup = new KeyLookup(message, sender, _cell, now) { Behind = _lookups.GetValueOrDefault(sender)?.Behind ?? [] };
        // Messages without a sender have no order among them.
        if (!IsNobody(sender))
            _lookups[sender] = lookup;
        if (message is GetConn get && PatienceOf(get) is var patience && patience >= TimeSpan.Zero && patience < LongestTimer)
            ((IWithTimers)this).Timers.StartSingleTimer(lookup, new LookupLate(lookup), patience);
        ThreadPool.UnsafeQueueUserWorkItem(lookup, preferLocal: false);
    }

    /// <summary>The key is found: its message is handled as if it came now, with the rest of its time.</summary>
    private void GoOn(KeyLookup lookup, TimeSpan now)
    {
        if (lookup.IsOver)
        {
            if (lookup.Entry is { } unused)
                _cell.Keys.EndUse(unused);
            return;
        }

        lookup.IsOver = true;
        ((IWithTimers)this).Timers.Cancel(lookup);
        if (lookup.Message is PutConn put)
            Put(put, lookup.Sender, (object?)lookup.Error ?? Return(put.Connection, lookup.FitsKey, put.Close, now), now);
        else if (lookup.Error is { } error)
            Refuse(lookup.Sender, error);
        else
            Get(WithRestOfTime((GetConn)lookup.Message, lookup.Since, now), lookup.Sender, lookup.Entry, now);
        Continue(lookup);
    }

    private void Late(KeyLookup lookup)
    {
        if (lookup.IsOver)
            return;
        lookup.IsOver = true;
        Refuse(lookup.Sender, Refused(Refusal.Timeout) with
        {
            Detail = "the Equals or GetHashCode of this request's key did not end within the time-out",
            Advice = "Make both quick, without locks and without I/O: they run for each request with such a key.",
        });
        Continue(lookup);
    }

    private void Handle(NextBehind next)
    {
        // Refused already, in a crash.
        if (!next.Lookup.Behind.TryDequeue(out var message))
            return;
        next.Message = message;
        Handle(message);
        Continue(next.Lookup);
    }

    /// <summary>What its sender sent later comes next, one message a turn, unless that waits for another lookup.</summary>
    private void Continue(KeyLookup lookup)
    {
        if (!_lookups.TryGetValue(lookup.Sender, out var last) || last != lookup)
            return;
        if (lookup.Behind.Count > 0)
            Self.Tell(new NextBehind(lookup), lookup.Sender);
        else
            _lookups.Remove(lookup.Sender);
    }

    private void RefuseLookups(PoolFailure failure)
    {
        foreach (var lookup in _lookups.Values)
            lookup.Fail(failure);
        _lookups.Clear();
    }

    // A request that does not wait for others waits for the pool's own work that long, too.
    private TimeSpan PatienceOf(GetConn message)
    {
        var timeout = message.Timeout ?? _cell.Settings.AcquireTimeout;
        return timeout == TimeSpan.Zero ? _cell.Settings.ConnectTimeout : timeout;
    }

    private GetConn WithRestOfTime(GetConn message, TimeSpan since, TimeSpan now)
    {
        var timeout = message.Timeout ?? _cell.Settings.AcquireTimeout;
        return timeout <= TimeSpan.Zero ? message : message with { Timeout = timeout - (now - since) is { Ticks: > 0 } rest ? rest : TimeSpan.FromTicks(1) };
    }
}
