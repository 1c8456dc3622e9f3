using System.Diagnostics;
using ActorPool.Psycopg2;
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

    private static async Task<int> Main(string[] args)
    {
        try
        {
            var arguments = Arguments.Parse(args);
            if (!arguments.Help)
                return await CompareAsync(arguments);
            Console.WriteLine(Arguments.Usage);
            return Agreed;
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message}\n\n{Arguments.Usage}");
            return NotCompared;
        }
        catch (Exception error) when (error is PythonUnavailableException or PostgresUnavailableException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return NotCompared;
        }
    }

    private static async Task<int> CompareAsync(Arguments arguments)
    {
        await using var python = await PythonChild.StartAsync(arguments.Python);
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = arguments.ConnectionString });
        Console.WriteLine(python.Description);
        Console.WriteLine(server.Description);
        Console.WriteLine($"seed {arguments.Seed}: {arguments.Sequences} sequences of up to {arguments.Length} calls");

        await using var comparison = await Comparison.PrepareAsync(server.ConnectionString, python);
        var clock = Stopwatch.StartNew();
        var calls = 0;
        for (var i = 1; i <= arguments.Sequences; i++)
        {
            // One source of numbers for each sequence, so that a sequence does not depend on the others.
            var sequence = SequenceGenerator.Next(new Random(unchecked((arguments.Seed * 1_000_003) + i)), arguments.Length);
            var simple = i % 2 == 0;
            if (await comparison.RunAsync(sequence, simple) is { } difference)
            {
                Console.WriteLine($"A difference in sequence {i} of seed {arguments.Seed}:\n{difference}\nThe shortest sequence found that differs:");
                var (_, smallest) = await Shrinking.SmallestAsync(difference.Sequence, difference, shorter => shorter.Simpler, shorter => comparison.RunAsync(shorter, simple), trials: 300);
                Console.WriteLine(smallest);
                return Differed;
            }

            calls += sequence.Calls.Count;
            if (i % ProgressEvery == 0)
                Console.WriteLine($"{i} sequences, {calls} calls, {clock.Elapsed.TotalSeconds:0} s");
        }

        Console.WriteLine($"All agree: {arguments.Sequences} sequences, {calls} calls, seed {arguments.Seed}.");
        return Agreed;
    }
}
