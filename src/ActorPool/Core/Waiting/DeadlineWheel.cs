using ActorPool.Core.Model;

namespace ActorPool.Core.Waiting;

/// <summary>
/// All deadlines of waiting requests on a wheel of buckets, one for each tick of 8 ms: adding and removing take constant time,
/// and one timer serves any number of requests.
/// </summary>
internal sealed class DeadlineWheel
{
    private const int Buckets = 1024;

    private static readonly long TickLength = TimeSpan.FromMilliseconds(8).Ticks;

    private readonly IntrusiveList<Waiter, Waiter.InWheel>[] _buckets = new IntrusiveList<Waiter, Waiter.InWheel>[Buckets];
    private long _swept;
    private int _count;

    public DeadlineWheel(TimeSpan now)
    {
        for (var i = 0; i < Buckets; i++)
            _buckets[i] = new IntrusiveList<Waiter, Waiter.InWheel>();
        _swept = now.Ticks / TickLength;
    }

    public void Add(Waiter waiter)
    {
        if (waiter.Deadline == TimeSpan.MaxValue)
            return;
        Bucket(DueTick(waiter)).AddLast(waiter);
        _count++;
    }

    public void Remove(Waiter waiter)
    {
        if (Waiter.InWheel.LinksOf(waiter).List is IntrusiveList<Waiter, Waiter.InWheel> bucket && bucket.Remove(waiter))
            _count--;
    }

    /// <summary>Removes up to <paramref name="most"/> requests whose deadline has passed. True when no such request is left.</summary>
    public bool TakeDue(TimeSpan now, int most, List<Waiter> due)
    {
        var currentTick = now.Ticks / TickLength;
        // After more than a whole turn, every bucket is read once.
        if (currentTick - _swept > Buckets)
            _swept = currentTick - Buckets;
        while (_swept < currentTick)
        {
            var bucket = Bucket(_swept);
            for (var waiter = bucket.First; waiter is not null;)
            {
                var next = bucket.After(waiter);
                if (waiter.Deadline <= now)
                {
                    if (due.Count == most)
                        return false;
                    bucket.Remove(waiter);
                    _count--;
                    due.Add(waiter);
                }

                waiter = next;
            }

            _swept++;
        }

        return true;
    }

    /// <summary>When the next deadline may be due; <see cref="TimeSpan.MaxValue"/> when there is none.</summary>
    public TimeSpan NextDue()
    {
        if (_count == 0)
            return TimeSpan.MaxValue;
        for (var tick = _swept; tick < _swept + Buckets; tick++)
        {
            if (Bucket(tick).Count > 0)
                return EndOf(tick);
        }

        return EndOf(_swept);
    }

    /// <summary>When this deadline is noticed: the end of its tick.</summary>
    public static TimeSpan TickEnd(TimeSpan deadline) =>
        deadline == TimeSpan.MaxValue ? TimeSpan.MaxValue : EndOf(deadline.Ticks / TickLength);

    private static TimeSpan EndOf(long tick) => new((tick + 1) * TickLength);

    // A deadline in the past falls into the bucket that is read next.
    private long DueTick(Waiter waiter) => Math.Max(_swept, waiter.Deadline.Ticks / TickLength);

    private IntrusiveList<Waiter, Waiter.InWheel> Bucket(long tick) => _buckets[tick & (Buckets - 1)];
}
