namespace ActorPool.Core.Model;

/// <summary>The pool's numbers, which the rooms share.</summary>
internal sealed class Tally
{
    // A field, so that the rooms can count in place.
    public PoolCounts Counts;
}
