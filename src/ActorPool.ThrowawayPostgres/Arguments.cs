using System.Globalization;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The command line of the program.</summary>
internal sealed record Arguments(bool Help, PostgresServerOptions Options)
{
    public const string Usage = $"""
        Starts a PostgreSQL server for a while, prints how to connect, and removes it on Ctrl+C.

          --max-connections N   the server's max_connections (default: 100)
          --help                this text

        With {PostgresServer.EnvironmentVariable} set to a connection string, that server is used and left as it is.
        """;

    /// <exception cref="FormatException">An argument is not known; the message names it.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        var arguments = CommandWords.Of(words);
        var parsed = new Arguments(Help: false, new PostgresServerOptions());
        for (var i = 0; i < arguments.Length; i++)
        {
            parsed = arguments[i] switch
            {
                "--help" or "-h" => parsed with { Help = true },
                "--max-connections" => parsed with
                {
                    Options = parsed.Options with { MaxServerConnections = Number(arguments, ++i) },
                },
                var other => throw new FormatException($"Unknown argument '{other}'."),
            };
        }

        return parsed;
    }

    private static int Number(string[] arguments, int at)
    {
        var text = at < arguments.Length ? arguments[at] : "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"--max-connections needs a number above zero, not '{text}'.");
    }
}
