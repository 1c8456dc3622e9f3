using System.CommandLine;
using System.Globalization;
using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Curves;
using ActorPool.Tests.Shared;

namespace ActorPool.Benchmarks.Options;

/// <summary>The command line: the comparison, and a verb for each other measurement.</summary>
internal static class BenchmarkCommand
{
    private const string Description = """
        The cost of this pool, beside Npgsql's own pool and a bare connection, in the same run on the same server.
        Without a verb: the comparison, then the start-up spike.
        A throwaway PostgreSQL is started. ACTORPOOL_POSTGRES names another server for the comparison.
        Exit code: 0, 1 when a call failed, 2 for wrong arguments.
        """;

    private static readonly Option<bool> Quick = new("--quick") { Description = "everything once over, in less than two minutes" };
    private static readonly Option<string[]?> Only = List("--only", "these contestants, and the baseline", Contestant);
    private static readonly Option<ScenarioKind[]?> Work = List("--work", string.Join(", ", ScenarioKinds.Names), Kind);
    private static readonly Option<int[]?> Callers = List("--callers", "for example 1,8", text => CommandLines.Whole("--callers", text, most: 1024));
    private static readonly Option<int[]?> Rates = List("--rates", "arrivals per second in the open loop", text => CommandLines.Whole("--rates", text, most: 1_000_000));
    private static readonly Option<int?> Rounds = CommandLines.Number("--rounds", "rounds over all contestants (default: 5)", most: 1000);
    private static readonly Option<TimeSpan?> Seconds = CommandLines.Option<TimeSpan?>("--seconds", "S", "one contestant's part of one round", Length);
    private static readonly Option<TimeSpan[]?> Delays = List("--delays", "of each direction in milliseconds, for example 0,0.5", Delay);
    private static readonly Option<bool> Plot = new("--plot") { Description = "the curves of the last run, drawn with characters" };
    private static readonly Option<string?> Out = new("--out") { HelpName = "FOLDER", Description = "where the report is written (Markdown and SVG)" };

    public static RootCommand Create()
    {
        var spike = new Command("spike", "the start-up spike: 1,000 actors use the database at once; always on a throwaway server") { Quick, Rounds, Out };
        spike.SetAction(given => Program.SpikeAsync(Options(given)));
        var recovery = new Command("recovery", "the cost of a fault of the server; always on a throwaway server") { Rounds };
        recovery.SetAction(given => Program.RecoveryAsync(given.GetValue(Rounds) ?? 5));
        var libraries = new Command("libraries", "a command of a lease beside the driver's; Dapper and EF Core beside Npgsql's own data source") { Rounds, Seconds };
        libraries.SetAction(given => Program.LibrariesAsync(given.GetValue(Rounds) ?? 11, given.GetValue(Seconds) ?? TimeSpan.FromSeconds(1)));
        var statements = new Command("statements", "statements told to the pool, beside leases, Npgsql's pool and its multiplexing; always on a throwaway server") { Quick, Callers, Delays, Rounds, Seconds, Out, Plot };
        statements.SetAction(given => given.GetValue(Plot) ? Task.FromResult(Program.Plot(Curves(given).Folder)) : Program.StatementsAsync(Curves(given)));
        var micro = new Command("micro", "micro-benchmarks without a server; the words behind it go to BenchmarkDotNet") { TreatUnmatchedTokensAsErrors = false };
        micro.SetAction(given => Program.Micro([.. given.UnmatchedTokens], new BenchmarkOptions().Folder));
        var root = new RootCommand(Description) { Quick, Only, Work, Callers, Rates, Rounds, Seconds, Out, spike, recovery, libraries, statements, micro };
        root.SetAction(given => Program.CompareAsync(Options(given)));
        return root;
    }

    private static BenchmarkOptions Options(ParseResult given)
    {
        var defaults = given.GetValue(Quick) ? BenchmarkOptions.ForQuick : new BenchmarkOptions();
        return defaults with
        {
            Only = Given(given, Only) ?? defaults.Only,
            Kinds = Given(given, Work) ?? defaults.Kinds,
            HasSpike = Given(given, Work) is null,
            Callers = Given(given, Callers) ?? defaults.Callers,
            Rates = Given(given, Rates) ?? defaults.Rates,
            Rounds = given.GetValue(Rounds) ?? defaults.Rounds,
            SpikeRounds = given.GetValue(Rounds) ?? defaults.SpikeRounds,
            Length = given.GetValue(Seconds) ?? defaults.Length,
            Folder = given.GetValue(Out) ?? defaults.Folder,
        };
    }

    private static CurveOptions Curves(ParseResult given)
    {
        var defaults = given.GetValue(Quick) ? CurveOptions.ForQuick : new CurveOptions();
        return defaults with
        {
            Callers = Given(given, Callers) ?? defaults.Callers,
            Delays = Given(given, Delays) ?? defaults.Delays,
            HasCases = Given(given, Callers) is null && Given(given, Delays) is null,
            Rounds = given.GetValue(Rounds) ?? defaults.Rounds,
            TargetRounds = given.GetValue(Rounds) ?? defaults.TargetRounds,
            Length = given.GetValue(Seconds) ?? defaults.Length,
            TargetLength = given.GetValue(Seconds) ?? defaults.TargetLength,
            Folder = given.GetValue(Out) ?? defaults.Folder,
        };
    }

    private static Option<T[]?> List<T>(string name, string description, Func<string, T> parse) =>
        CommandLines.Option<T[]?>(name, "LIST", description, text => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(parse)]);

    /// <summary>Null when the option was not given, for which the command line itself has an empty list.</summary>
    private static T[]? Given<T>(ParseResult given, Option<T[]?> option) => given.GetResult(option) is null ? null : given.GetValue(option);

    private static TimeSpan? Length(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.05 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"--seconds takes a number from 0.05 to 3600, not '{text}'.");

    private static TimeSpan Delay(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds <= 1000
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"--delays takes numbers from 0 to 1000, not '{text}'.");

    private static ScenarioKind Kind(string text) => ScenarioKinds.Find(text)
        ?? throw new FormatException($"--work takes {string.Join(", ", ScenarioKinds.Names)}, not '{text}'.");

    private static string Contestant(string text) =>
        Catalogue.All.Any(kind => kind.Name == text)
            ? text
            : throw new FormatException($"No contestant is called '{text}'. There are {string.Join(", ", Catalogue.All.Select(kind => kind.Name))}.");
}
