using System.Globalization;
using System.Security.Cryptography;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Soak;

/// <summary>A run of any length from the command line.</summary>
internal static class Program
{
    private const string Usage = """
        Hundreds of borrowers of all kinds, a random fault every few seconds, every promise looked at all the time.

        usage: dotnet run -c Release --project tests/ActorPool.Soak -- [options]

          --seconds N     how long (default 60)
          --seed N        the same faults and work again (default: a random one)
          --borrowers N   how many at the same time (default 200)
          --help          this text

        Exit code: 0 when every promise held, 1 when one was broken, 2 for wrong arguments.
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args.Contains("--help"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        SoakOptions options;
        try
        {
            options = Parse(args);
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message} Run it with -- --help for its options.");
            return 2;
        }

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

    private static SoakOptions Parse(string[] words)
    {
        var args = CommandWords.Of(words);
        var (seconds, seed, borrowers) = (60, RandomNumberGenerator.GetInt32(1_000_000), 200);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                throw new FormatException($"{args[i]} needs a whole number.");
            switch (args[i])
            {
                case "--seconds": seconds = value; break;
                case "--seed": seed = value; break;
                case "--borrowers": borrowers = Math.Max(1, value); break;
                default: throw new FormatException($"{args[i]} is not known.");
            }
        }

        return new SoakOptions(seed, TimeSpan.FromSeconds(seconds), borrowers);
    }
}
