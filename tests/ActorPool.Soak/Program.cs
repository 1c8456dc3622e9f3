using System.CommandLine;
using System.Security.Cryptography;
using ActorPool.Soak.Nonces;
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
    private static readonly Option<int?> Statements = CommandLines.Number("--statements", "how many calls (default: 10000000)");
    private static readonly Option<int?> Callers = CommandLines.Number("--callers", "how many at the same time (default: 256)");
    private static readonly Option<int?> Borrowers = CommandLines.Number("--borrowers", "how many at the same time (default: 200)");

    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand(Description) { Seconds, Seed, Borrowers };
        root.SetAction(given => RunAsync(new SoakRun(
            new SoakOptions(SeedOf(given), TimeSpan.FromSeconds(given.GetValue(Seconds) ?? 60), given.GetValue(Borrowers) ?? 200), Console.WriteLine).RunAsync));
        var nonces = new Command("nonces", "statements told to the pool, each with a nonce: every call must end with its own answer, and the table must hold what the callers were told")
        {
            Statements, Callers, Seed,
        };
        nonces.SetAction(given => RunAsync(new NonceRun(
            new NonceOptions(SeedOf(given), given.GetValue(Statements) ?? 10_000_000, given.GetValue(Callers) ?? 256), Console.WriteLine).RunAsync));
        root.Subcommands.Add(nonces);
        return root.RunAsync(args);
    }

    private static int SeedOf(ParseResult given) => given.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(1_000_000);

    private static async Task<int> RunAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(error is SoakFailedException ? error.Message : error.ToString());
            return 1;
        }
    }
}
