using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorPool.Mutations;

/// <summary>Breaks the core in one way after another and shows which test notices. A mutation that survives is a test that is missing.</summary>
internal static class Program
{
    private const string Help = """
        Breaks a copy of src/ActorPool/Core in named ways, one at a time, and runs its tests (tests/ActorPool.Tests/Core) on each.

            dotnet run --project tests/ActorPool.Mutations [-- options]

          --list         the mutations with their numbers
          --only N       this one alone, by its number; N-M for several
          --seconds N    how long the tests may take for one mutation (120)
          --help         this

        Ends with 0 when every mutation is caught, 1 when one survives, 2 when the check cannot be made.
        """;

    private static async Task<int> Main(string[] words)
    {
        // An option may be written --name=value, too.
        string[] args = [.. words.SelectMany(word => word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=', 2) : [word])];
        try
        {
            if (args is ["--help"])
            {
                Console.WriteLine(Help);
                return 0;
            }

            if (args is ["--list"])
            {
                for (var i = 0; i < Catalogue.All.Count; i++)
                    Console.WriteLine($"{i + 1,3}  {Catalogue.All[i].Name}  ({Catalogue.All[i].File})");
                return 0;
            }

            return await CheckAsync(Catalogue.Chosen(Option(args, "--only")), TimeSpan.FromSeconds(Number(Option(args, "--seconds") ?? "120")));
        }
        catch (MutationException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
    }

    private static async Task<int> CheckAsync(IReadOnlyList<Mutation> mutations, TimeSpan most)
    {
        var repository = Workshop.RepositoryAround(Environment.CurrentDirectory);
        foreach (var mutation in mutations)
            mutation.In(await File.ReadAllTextAsync(Workshop.CoreFile(repository, mutation.File)));

        using var workshop = Workshop.CopyOf(repository);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => workshop.Dispose());
        using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => workshop.Dispose());
        await SayAsync("Without a mutation: ");
        await workshop.BuildAsync();
        // Time enough for the whole of the tests, whatever is allowed for those of a mutation.
        if (await workshop.TestAsync(TimeSpan.FromMinutes(10)) is { } failed)
            throw new MutationException($"the tests fail: {failed}");
        await SayAsync("the tests pass.\n");

        var outcomes = new List<Outcome>();
        foreach (var mutation in mutations)
        {
            await SayAsync($"{outcomes.Count + 1}/{mutations.Count} {mutation.Name}: ");
            var clock = Stopwatch.StartNew();
            var outcome = new Outcome(mutation, await workshop.TryAsync(mutation, most), clock.Elapsed);
            outcomes.Add(outcome);
            await SayAsync($"{(outcome.Survived ? "SURVIVED" : $"caught by {outcome.CaughtBy}")}, {outcome.Took.TotalSeconds:0} s\n");
        }

        return Tell(outcomes);
    }

    private static int Tell(List<Outcome> outcomes)
    {
        Console.WriteLine("| mutation | | the first test that caught it |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var outcome in outcomes)
            Console.WriteLine($"| {outcome.Mutation.Name} | {(outcome.Survived ? "**survived**" : "caught")} | {outcome.CaughtBy} |");
        var survivors = outcomes.Count(outcome => outcome.Survived);
        Console.WriteLine($"{outcomes.Count - survivors} of {outcomes.Count} caught, {survivors} survived.");
        return survivors == 0 ? 0 : 1;
    }

    private static string? Option(string[] args, string name)
    {
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--only" or "--seconds") || i + 1 == args.Length)
                throw new MutationException($"'{args[i]}' is not understood, or has no value.\n\n{Help}");
        }

        var at = Array.IndexOf(args, name);
        return at < 0 ? null : args[at + 1];
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new MutationException($"A number above zero is needed, not '{text}'.");

    private static Task SayAsync(string text) => Console.Error.WriteAsync(text);
}
