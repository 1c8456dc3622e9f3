using System.CommandLine;
using System.Diagnostics;
using ActorPool.Psycopg2;
using ActorPool.Tests.Shared;
using ActorPool.TestSupport;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Differential;

/// <summary>Makes the same random calls of psycopg2's pools and of this project's pools.</summary>
internal static class Program
{
    private const int Agreed = 0;
    private const int Differed = 1;
    private const int NotCompared = 2;
    private const int ProgressEvery = 50;

    private const string Description = $"""
        Compares this project's pools, with the preset Psycopg2, with psycopg2's own: the same random calls to both, on the same
        server, with the answers, the identity of the connections and the backends at the server compared along the way.
        Without a connection string {PostgresServer.EnvironmentVariable} names the server; without that it is a throwaway one.
        Exit code: 0 all agree, 1 a difference, 2 the comparison cannot be made.
        """;

    private static readonly Option<int?> Sequences = CommandLines.Number("--sequences", "how many sequences of calls (default: 200)");
    private static readonly Option<int?> Length = CommandLines.Number("--length", "calls in a sequence at most (default: 40)");
    private static readonly Option<int?> Seed = CommandLines.Number("--seed", "the same seed gives the same sequences (default: 1)", least: 0);
    private static readonly Option<string?> Python = new("--python") { HelpName = "PATH", Description = "the Python that has psycopg2 (default: the first one found that has it)" };
    private static readonly Argument<string?> Server = new("connection string") { Arity = ArgumentArity.ZeroOrOne, Description = "the server to use" };

    private static Task<int> Main(string[] args)
    {
        var root = new RootCommand(Description) { Sequences, Length, Seed, Python, Server };
        root.SetAction(RunAsync);
        return root.RunAsync(args);
    }

    private static async Task<int> RunAsync(ParseResult given)
    {
        try
        {
            return await CompareAsync(given.GetValue(Server), given.GetValue(Python), given.GetValue(Sequences) ?? 200, given.GetValue(Length) ?? 40, given.GetValue(Seed) ?? 1);
        }
        catch (Exception error) when (error is PythonUnavailableException or PostgresUnavailableException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return NotCompared;
        }
    }

    private static async Task<int> CompareAsync(string? connectionString, string? pythonPath, int sequences, int length, int seed)
    {
        await using var python = await PythonChild.StartAsync(pythonPath);
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = connectionString });
        Console.WriteLine(python.Description);
        Console.WriteLine(server.Description);
        Console.WriteLine($"seed {seed}: {sequences} sequences of up to {length} calls");

        await using var comparison = await Comparison.PrepareAsync(server.ConnectionString, python);
        var clock = Stopwatch.StartNew();
        var calls = 0;
        for (var i = 1; i <= sequences; i++)
        {
            // One source of numbers for each sequence, so that a sequence does not depend on the others.
            var sequence = SequenceGenerator.Next(new Random(unchecked((seed * 1_000_003) + i)), length);
            var simple = i % 2 == 0;
            if (await comparison.RunAsync(sequence, simple) is { } difference)
            {
                Console.WriteLine($"A difference in sequence {i} of seed {seed}:\n{difference}\nThe shortest sequence found that differs:");
                var (_, smallest) = await Shrinking.SmallestAsync(difference.Sequence, difference, shorter => shorter.Simpler, shorter => comparison.RunAsync(shorter, simple), trials: 300);
                Console.WriteLine(smallest);
                return Differed;
            }

            calls += sequence.Calls.Count;
            if (i % ProgressEvery == 0)
                Console.WriteLine($"{i} sequences, {calls} calls, {clock.Elapsed.TotalSeconds:0} s");
        }

        Console.WriteLine($"All agree: {sequences} sequences, {calls} calls, seed {seed}.");
        return Agreed;
    }
}
