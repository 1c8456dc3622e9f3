using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorPool.Tests.Shared;

namespace ActorPool.Mutations;

/// <summary>Breaks the core in one way after another and shows the test that notices. A mutation that survives shows that a test is missing.</summary>
internal static class Program
{
    private const string Description = """
        Breaks a copy of src/ActorPool/Core in named ways, one at a time, and runs its tests (tests/ActorPool.Tests/Core) on each.
        Exit code: 0 when every mutation is caught, 1 when one survives, 2 when the check cannot be made.
        """;

    private static readonly Option<bool> List = new("--list") { Description = "the mutations with their numbers, without a run" };
    private static readonly Option<IReadOnlyList<Mutation>?> Only = CommandLines.Option<IReadOnlyList<Mutation>?>("--only", "N", "this mutation, by its number; N-M for several", Catalogue.Chosen);
    private static readonly Option<int?> Seconds = CommandLines.Number("--seconds", "how long the tests of one mutation may take (default: 120)");

    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand(Description) { List, Only, Seconds };
        root.SetAction(given => given.GetValue(List)
            ? Task.FromResult(Show())
            : RunAsync(given.GetValue(Only) ?? Catalogue.All, TimeSpan.FromSeconds(given.GetValue(Seconds) ?? 120)));
        return root.RunAsync(args);
    }

    private static int Show()
    {
        for (var i = 0; i < Catalogue.All.Count; i++)
            Console.WriteLine($"{i + 1,3}  {Catalogue.All[i].Name}  ({Catalogue.All[i].File})");
        return 0;
    }

    private static async Task<int> RunAsync(IReadOnlyList<Mutation> mutations, TimeSpan most)
    {
        try
        {
            return await CheckAsync(mutations, most);
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
        // Long enough for all tests; the time for one mutation may be shorter.
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

    private static Task SayAsync(string text) => Console.Error.WriteAsync(text);
}
