using ActorPool.Core;
using ActorPool.Core.Model;

namespace ActorPool.Actors;

/// <summary>
/// The pool's numbers for readers on any thread: those of the core, read without a lock and without a copy for each message.
/// The version is odd while the manager changes them; a reader that sees a change reads again.
/// </summary>
internal sealed class PoolGauges(PoolSettings settings)
{
    // The numbers before the first manager and after the last.
    private PoolCounts _atRest = new() { Min = settings.MinConnections, Max = settings.MaxConnections };
    private PoolState? _state;
    private int _version;

    /// <summary>The numbers begin to change. Called by the manager; calling it again has no effect.</summary>
    public void Change()
    {
        if ((_version & 1) != 0)
            return;
        Volatile.Write(ref _version, _version + 1);
        // A reader must not see a new number with the old version.
        Volatile.WriteBarrier();
    }

    /// <summary>The numbers can be read again. Called by the manager before it sends an answer.</summary>
    public void Publish(PoolState state)
    {
        state.Settle();
        if (!ReferenceEquals(_state, state))
        {
            Change();
            _state = state;
        }

        Settled();
    }

    /// <summary>The last numbers of a pool that has ended.</summary>
    public void Publish(in PoolCounts last)
    {
        Change();
        _atRest = last;
        _state = null;
        Settled();
    }

    /// <param name="now">The present time, on the manager's clock.</param>
    public PoolStatistics Read(TimeSpan now)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var version = Volatile.Read(ref _version);
            var counts = _state is { } state ? state.Settled : _atRest;
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref _version))
                return PoolStatistics.From(settings.Name, counts, now);
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Settled()
    {
        if ((_version & 1) != 0)
            Volatile.Write(ref _version, _version + 1);
    }
}
