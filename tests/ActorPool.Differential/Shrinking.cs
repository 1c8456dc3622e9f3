using ActorPool.Psycopg2;

namespace ActorPool.Differential;

/// <summary>Makes a sequence that shows a difference shorter, as long as it still shows one.</summary>
internal static class Shrinking
{
    private const int MostTrials = 300;

    /// <summary>Leaves out one call at a time, from the end, until none can be left out any more.</summary>
    public static async Task<Difference> SmallestAsync(Difference found, Func<CallSequence, Task<Difference?>> runAsync)
    {
        var trials = 0;
        for (var shorter = true; shorter;)
        {
            shorter = false;
            for (var i = found.Sequence.Calls.Count - 1; i >= 0 && trials < MostTrials; i--, trials++)
            {
                if (i >= found.Sequence.Calls.Count || await runAsync(found.Sequence.Without(i)) is not { } smaller)
                    continue;
                found = smaller;
                shorter = true;
            }
        }

        return found;
    }
}
