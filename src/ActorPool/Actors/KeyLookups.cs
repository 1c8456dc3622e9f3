using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// Messages whose keys have an <c>Equals</c> of the user's: each waits here while the thread pool runs that code. Later messages of the same sender
/// wait behind it, so that they keep their order.
/// </summary>
internal sealed class KeyLookups(PoolContext pool, IWithTimers manager)
{
    // Akka's timers count ticks from the start of the system, and a longer time would overflow.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(365);

    private readonly Dictionary<IActorRef, KeyLookup> _last = [];

    /// <summary>No message waits here.</summary>
    public bool IsEmpty => _last.Count == 0;

    /// <summary>Keeps the message back when an earlier one of its sender waits here.</summary>
    public bool HoldsBack(object message, IActorRef sender)
    {
        if (message is not IPoolMessage || !_last.TryGetValue(sender, out var ahead))
            return false;
        ahead.Behind.Enqueue(message);
        return true;
    }

    public void Begin(IPoolMessage message, IActorRef sender, TimeSpan now, Func<KeyEntry, ToldStatement>? statement = null)
    {
        var lookup = new KeyLookup(message, sender, pool, now) { Statement = statement, Behind = _last.GetValueOrDefault(sender)?.Behind ?? [] };
        // Messages without a sender have no order among them.
        if (!ReplyTo.IsNone(sender))
            _last[sender] = lookup;
        if (message is not PutConn && PatienceOf(message) is var patience && patience >= TimeSpan.Zero && patience < LongestTimer)
            manager.Timers.StartSingleTimer(lookup, new LookupLate(lookup), patience);
        ThreadPool.UnsafeQueueUserWorkItem(lookup, preferLocal: false);
    }

    /// <summary>Ends a lookup. False when its message was decided before: then the use of a key that was found too late ends.</summary>
    public bool TryEnd(KeyLookup lookup)
    {
        if (lookup.IsOver)
        {
            if (lookup.Entry is { } unused)
                pool.Keys.EndUse(unused);
            return false;
        }

        lookup.IsOver = true;
        manager.Timers.Cancel(lookup);
        return true;
    }

    /// <summary>Lets the sender's next message follow, one in each turn of the manager, unless it waits for another lookup.</summary>
    public void Continue(KeyLookup lookup)
    {
        if (!_last.TryGetValue(lookup.Sender, out var last) || last != lookup)
            return;
        if (lookup.Behind.Count > 0)
            pool.Manager.Tell(new NextBehind(lookup), lookup.Sender);
        else
            _last.Remove(lookup.Sender);
    }

    /// <summary>The request with the rest of its time-out.</summary>
    public GetConn WithRestOfTime(KeyLookup lookup, TimeSpan now)
    {
        var message = (GetConn)lookup.Message;
        var timeout = message.Timeout ?? pool.Settings.AcquireTimeout;
        return timeout <= TimeSpan.Zero ? message : message with { Timeout = timeout - (now - lookup.Since) is { Ticks: > 0 } rest ? rest : TimeSpan.FromTicks(1) };
    }

    public void RefuseAll(PoolFailure failure)
    {
        foreach (var lookup in _last.Values)
            lookup.Fail(failure);
        _last.Clear();
    }

    // A request that waits for no other borrower waits for the pool's own work up to connect-timeout.
    private TimeSpan PatienceOf(IPoolMessage message)
    {
        if (message is StatementMessage statement)
            return statement.Timeout ?? pool.Settings.Pipeline.Timeout;
        var timeout = ((GetConn)message).Timeout ?? pool.Settings.AcquireTimeout;
        return timeout == TimeSpan.Zero ? pool.Settings.ConnectTimeout : timeout;
    }
}
