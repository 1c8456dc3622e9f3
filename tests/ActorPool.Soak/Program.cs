using System.CommandLine;
using System.Security.Cryptography;
using ActorPool.Tests.Shared;

namespace ActorPool.Soak;

/// <summary>A run of any length from the command line.</summary>
internal static class Program
{
    private const string Description = """
        Hundreds of borrowers of all kinds, a random fault every few seconds, and a check of every promise all the time.
        Exit code: 0 when every promise held, 1 when one was broken, 2 for wrong arguments.
        """;

    private static readonly Option<int?> Seconds = CommandLines.Number("--seconds", "how long, at least until every fault has occurred (default: 60)", least: 0);
    private static readonly Option<int?> Seed = CommandLines.Number("--seed", "the same faults and work again (default: a random one)", least: 0);
    private static readonly Option<int?> Borrowers = CommandLines.Number("--borrowers", "how many at the same time (default: 200)");

    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand(Description) { Seconds, Seed, Borrowers };
        root.SetAction(given => RunAsync(new SoakOptions(
            given.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(1_000_000), TimeSpan.FromSeconds(given.GetValue(Seconds) ?? 60), given.GetValue(Borrowers) ?? 200)));
        return root.RunAsync(args);
    }

    private static async Task<int> RunAsync(SoakOptions options)
    {
        try
        {
            await new SoakRun(options, Console.WriteLine).RunAsync();
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(error is SoakFailedException ? error.Message : error.ToString());
            return 1;
        }
    }
}
