using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>Makes a failing case as short as it gets, and tells it line by line.</summary>
internal static class Shrinking
{
    /// <param name="failing">The case.</param>
    /// <param name="run">Runs one, with a log.</param>
    /// <param name="simpler">Simpler ones, those that leave out most first.</param>
    public static string Tell<T>(T failing, Action<T, Action<string>?> run, Func<T, IEnumerable<T>> simpler)
    {
        var patience = 5000;
        for (var again = true; again;)
        {
            again = false;
            foreach (var candidate in simpler(failing))
            {
                if (--patience < 0 || Failure(run, candidate) is null)
                    continue;
                failing = candidate;
                again = true;
                break;
            }
        }

        var text = new StringBuilder();
        var failure = Failure(run, failing, line => text.AppendLine(line));
        return text.Append("!! ").AppendLine(failure is Support.BrokenPromiseException ? failure.Message : failure?.ToString()).ToString();
    }

    /// <summary>An array with some of its items left out: halves, quarters, and so on down to single ones.</summary>
    public static IEnumerable<T[]> Shorter<T>(T[] items)
    {
        for (var size = items.Length / 2; size > 0; size /= 2)
        {
            for (var at = items.Length - size; at >= 0; at -= size)
                yield return [.. items[..at], .. items[(at + size)..]];
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Any failure is one.")]
    private static Exception? Failure<T>(Action<T, Action<string>?> run, T value, Action<string>? log = null)
    {
        try
        {
            run(value, log);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
