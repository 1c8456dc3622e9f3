using System.Globalization;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Demo;

/// <summary>The command line. Its errors never quote an argument in full: a connection string may contain a password.</summary>
internal sealed record Arguments
{
    public const string Usage = $"""
        A bank of actors on a pool of eight PostgreSQL connections, watched at the server.

        usage: dotnet run --project src/ActorPool.Demo -- [connection string] [--seconds N] [--accounts N]

          connection string   an existing server, for example "Host=db.example;Username=me;Database=mine";
                              the demo creates its own schema there and drops it at the end
          --seconds N         how long the bank is open, 1 to 3600 (default: 10)
          --accounts N        how many account actors there are, 2 to 5000 (default: 100)
          --help              this text

        Without a connection string the server is that of {PostgresServer.EnvironmentVariable}, else a throwaway one
        of the PostgreSQL on this machine, which is removed at the end. Where there is none, one is
        downloaded (Linux and Windows on x64).

        exit code: 0 when all checks passed, 1 when one failed, 2 for wrong arguments,
        130 after Ctrl+C
        """;

    public bool Help { get; private init; }

    public string? ConnectionString { get; private init; }

    public int Seconds { get; private init; } = 10;

    public int Accounts { get; private init; } = 100;

    /// <exception cref="FormatException">An argument is not known; the message names it.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        var arguments = CommandWords.Of(words);
        var parsed = new Arguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            parsed = arguments[i] switch
            {
                "--help" or "-h" or "-?" => parsed with { Help = true },
                "--seconds" => parsed with { Seconds = Number("--seconds", arguments, ++i, 1, 3600) },
                "--accounts" => parsed with { Accounts = Number("--accounts", arguments, ++i, 2, 5000) },
                ['-', ..] unknown => throw new FormatException($"Unknown option '{unknown.Split('=')[0]}'."),
                var text when parsed.ConnectionString is null => parsed with { ConnectionString = Connection(text) },
                _ => throw new FormatException("There is more than one connection string; put one with spaces in quotes."),
            };
        }

        return parsed;
    }

    private static int Number(string option, string[] arguments, int at, int least, int most)
    {
        var text = at < arguments.Length ? arguments[at] : "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{option} needs a whole number from {least} to {most}.");
    }

    private static string Connection(string text) => HostOf(text) is { Length: > 0 }
        ? text
        : throw new FormatException("The connection string names no server; it needs at least Host=...");

    private static string? HostOf(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new FormatException("The connection string is not one that Npgsql reads, such as \"Host=db.example;Username=me;Database=mine\".");
        }
    }
}
