using System.Globalization;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Differential;

/// <summary>The command line.</summary>
internal sealed record Arguments(bool Help = false, int Sequences = 200, int Length = 40, int Seed = 1, string? Python = null, string? ConnectionString = null)
{
    public const string Usage = $"""
        Compares this project's pools, with the preset Psycopg2, with psycopg2's own: the same random calls to both, on the same
        server, with the answers, the identity of the connections and the backends at the server compared along the way.

          dotnet run --project tests/ActorPool.Differential -- [options] [connection string]

          --sequences N    how many sequences of calls (default: 200)
          --length L       calls in a sequence at most (default: 40)
          --seed S         the same seed gives the same sequences (default: 1)
          --python PATH    the Python that has psycopg2 (default: the first one found that has it)
          --help           this text

        Without a connection string {PostgresServer.EnvironmentVariable} names the server; without that it is a throwaway one.
        Exit code: 0 all agree, 1 a difference, 2 the comparison cannot be made.
        """;

    /// <exception cref="FormatException">The message names the argument that is not understood.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        var arguments = CommandWords.Of(words);
        var parsed = new Arguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            parsed = arguments[i] switch
            {
                "--help" or "-h" => parsed with { Help = true },
                "--sequences" => parsed with { Sequences = Number(arguments, ++i, 1) },
                "--length" => parsed with { Length = Number(arguments, ++i, 1) },
                "--seed" => parsed with { Seed = Number(arguments, ++i, 0) },
                "--python" => parsed with { Python = Value(arguments, ++i) },
                var text when !text.StartsWith('-') && text.Contains('=', StringComparison.Ordinal) => parsed with { ConnectionString = text },
                var other => throw new FormatException($"Unknown argument '{other}'."),
            };
        }

        return parsed;
    }

    private static string Value(string[] arguments, int at) =>
        at < arguments.Length ? arguments[at] : throw new FormatException($"{arguments[at - 1]} needs a value.");

    private static int Number(string[] arguments, int at, int least)
    {
        var text = Value(arguments, at);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"{arguments[at - 1]} needs a number of at least {least}, not '{text}'.");
    }
}
