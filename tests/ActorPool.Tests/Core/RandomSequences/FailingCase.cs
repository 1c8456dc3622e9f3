using System.Text;
using ActorPool.TestSupport;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>A failing case, made as short as it gets and told line by line.</summary>
internal static class FailingCase
{
    /// <param name="failing">The case.</param>
    /// <param name="failure">Its failure.</param>
    /// <param name="run">Runs one, with a log.</param>
    /// <param name="simpler">Simpler ones; those that leave out most come first.</param>
    public static string Tell<T>(T failing, Exception failure, Action<T, Action<string>?> run, Func<T, IEnumerable<T>> simpler)
    {
        var (smallest, _) = Shrinking.SmallestAsync(failing, failure, simpler, candidate => Task.FromResult(FailureOf(run, candidate))).GetAwaiter().GetResult();
        var text = new StringBuilder();
        var last = FailureOf(run, smallest, line => text.AppendLine(line));
        return text.Append("!! ").AppendLine(last is Support.BrokenPromiseException ? last.Message : last?.ToString()).ToString();
    }

    private static Exception? FailureOf<T>(Action<T, Action<string>?> run, T value, Action<string>? log = null)
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
