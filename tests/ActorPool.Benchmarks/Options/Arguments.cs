using System.Globalization;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Benchmarks.Options;

/// <summary>The arguments of the program.</summary>
internal static class Arguments
{
    public const string Usage = """
        What this pool costs, beside Npgsql's own pool and a bare connection, in the same run on the same server.

        usage: dotnet run -c Release --project tests/ActorPool.Benchmarks -- [options]

          (nothing)          the comparison, then the start-up spike
          spike              the start-up spike alone: 1,000 actors want the database at once
          micro [filter]     micro-benchmarks without a server; what follows goes to BenchmarkDotNet

          --quick            everything once over, in less than two minutes
          --only LIST        these contestants, and the baseline
          --work LIST        select1, key-read, transaction, open, empty, sessions, message
          --callers LIST     for example 1,8
          --rates LIST       arrivals per second in the open loop
          --rounds N         rounds over all contestants
          --seconds S        one contestant's part of one round
          --out FOLDER       where the report is written (Markdown and SVG)
          --help             this text

        A throwaway PostgreSQL is started, unless ACTORPOOL_POSTGRES has the connection string of one to use. The spike always has its own.
        Exit code: 0, 1 when a call failed, 2 for wrong arguments.
        """;

    /// <exception cref="FormatException">Something cannot be understood; the message says what.</exception>
    public static BenchmarkOptions Parse(string[] words)
    {
        if (words is ["micro", .. var rest])
            return new BenchmarkOptions { Verb = BenchmarkVerb.Micro, MicroArguments = rest };
        var args = CommandWords.Of(words);
        var options = args.Contains("--quick") ? BenchmarkOptions.ForQuick : new BenchmarkOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "spike" when i == 0 => options with { Verb = BenchmarkVerb.Spike },
                "--quick" => options,
                "--only" => options with { Only = [.. List(args, ref i).Select(Contestant)] },
                "--work" => options with { Kinds = [.. List(args, ref i).Select(Kind)], HasSpike = options.Verb == BenchmarkVerb.Spike },
                "--callers" => options with { Callers = [.. List(args, ref i).Select(text => Number("--callers", text, 1024))] },
                "--rates" => options with { Rates = [.. List(args, ref i).Select(text => Number("--rates", text, 1_000_000))] },
                "--rounds" => WithRounds(options, Number("--rounds", Value(args, ref i), 1000)),
                "--seconds" => options with { Length = Seconds(Value(args, ref i)) },
                "--out" => options with { Folder = Value(args, ref i) },
                var unknown => throw new FormatException($"'{unknown}' is not known."),
            };
        }

        return options;
    }

    private static BenchmarkOptions WithRounds(BenchmarkOptions options, int rounds) => options with { Rounds = rounds, SpikeRounds = rounds };

    private static string Value(string[] args, ref int i) =>
        ++i < args.Length && args[i].Length > 0 ? args[i] : throw new FormatException($"{args[i - 1]} needs a value.");

    private static string[] List(string[] args, ref int i) => Value(args, ref i).Split(',', StringSplitOptions.TrimEntries);

    private static int Number(string name, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new FormatException($"{name} takes whole numbers from 1 to {most}, not '{text}'.");

    private static TimeSpan Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.05 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"--seconds takes a number from 0.05 to 3600, not '{text}'.");

    private static ScenarioKind Kind(string text) => ScenarioKinds.Find(text)
        ?? throw new FormatException($"--work takes {string.Join(", ", ScenarioKinds.Names)}, not '{text}'.");

    private static string Contestant(string text) =>
        Catalogue.All.Any(kind => kind.Name == text)
            ? text
            : throw new FormatException($"No contestant is called '{text}'. There are {string.Join(", ", Catalogue.All.Select(kind => kind.Name))}.");
}
