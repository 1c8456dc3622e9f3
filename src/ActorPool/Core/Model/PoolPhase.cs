namespace ActorPool.Core.Model;

/// <summary>Where a pool is between its start and its end.</summary>
internal enum PoolPhase : byte
{
    /// <summary>Opening the first <c>min-connections</c>.</summary>
    Starting,
    Running,

    /// <summary>No new leases; borrowed connections may be returned.</summary>
    Stopping,

    /// <summary>Every lease is over; connections may still be closing.</summary>
    Closed,
}
