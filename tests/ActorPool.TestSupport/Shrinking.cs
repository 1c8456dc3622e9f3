namespace ActorPool.TestSupport;

/// <summary>Makes a failing case as short as possible.</summary>
public static class Shrinking
{
    /// <summary>The simplest case that still fails, and its failure.</summary>
    /// <param name="failing">The case.</param>
    /// <param name="failure">Its failure.</param>
    /// <param name="simpler">Simpler cases: those that leave out most come first.</param>
    /// <param name="runAsync">Runs a case. The result is its failure, or null.</param>
    /// <param name="trials">How many cases are run at most.</param>
    public static async Task<(T Case, TFailure Failure)> SmallestAsync<T, TFailure>(
        T failing, TFailure failure, Func<T, IEnumerable<T>> simpler, Func<T, Task<TFailure?>> runAsync, int trials = 5000)
        where TFailure : class
    {
        for (var again = true; again;)
        {
            again = false;
            foreach (var candidate in simpler(failing))
            {
                if (--trials < 0 || await runAsync(candidate) is not { } other)
                    continue;
                (failing, failure, again) = (candidate, other, true);
                break;
            }
        }

        return (failing, failure);
    }

    /// <summary>The list with some of its items left out: halves, quarters, and so on down to single ones.</summary>
    public static IEnumerable<T[]> Shorter<T>(IReadOnlyList<T> items)
    {
        for (var size = items.Count / 2; size > 0; size /= 2)
        {
            for (var at = items.Count - size; at >= 0; at -= size)
                yield return [.. items.Take(at), .. items.Skip(at + size)];
        }
    }
}
