namespace ActorPool.Core.Model;

/// <summary>The numbers as the rooms share them.</summary>
internal sealed class Tally
{
    // A field: the rooms count in place.
    public PoolCounts Counts;
}
