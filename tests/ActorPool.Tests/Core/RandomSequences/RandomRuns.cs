using System.Globalization;
using CsCheck;
using Xunit.Abstractions;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>
/// How many random sequences are run and from which seed: repeatable unless the environment says otherwise
/// (<c>ACTORPOOL_TEST_SEED</c>, <c>ACTORPOOL_TEST_SEQUENCES</c>).
/// </summary>
internal static class RandomRuns
{
    /// <summary>Runs one case after another; a failure is told in its simplest form.</summary>
    public static void Sample<T>(Gen<T> gen, int sequences, ITestOutputHelper output, Action<T, Action<string>?> run, Func<T, IEnumerable<T>> simpler)
    {
        var seed = FromEnvironment("ACTORPOOL_TEST_SEED", 2026);
        sequences = FromEnvironment("ACTORPOOL_TEST_SEQUENCES", sequences);
        output.WriteLine($"{sequences} sequences from seed {seed}; ACTORPOOL_TEST_SEED and ACTORPOOL_TEST_SEQUENCES change that.");
        for (var i = 0; i < sequences; i++)
        {
            var value = gen.Generate(new PCG(0, (ulong)seed * 1_000_003 + (ulong)i), null, out _);
            try
            {
                run(value, null);
            }
            catch (Exception failure)
            {
                throw new Xunit.Sdk.XunitException($"Sequence {i} of seed {seed}: {failure.Message}\n\nShrunk:\n{FailingCase.Tell(value, failure, run, simpler)}");
            }
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
