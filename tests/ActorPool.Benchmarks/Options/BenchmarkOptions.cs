using System.Globalization;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Options;

/// <summary>The options of a run, with every default of the program.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Connections of every pool, all open before anything is measured.</summary>
    public const int Connections = 8;

    /// <summary>Calls of the open loop that may be in flight at once.</summary>
    public const int MostInFlight = 1000;

    /// <summary>Rows of the table that is read and written.</summary>
    public const int Rows = 10_000;

    /// <summary>Rounds over all contestants of a scenario; each begins with another one.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>One contestant's part of one round.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Before the first round of a scenario, for each contestant.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Before the first scenario, for each contestant, so that the just-in-time compiler has finished.</summary>
    public TimeSpan FirstWarmUp { get; init; } = TimeSpan.FromSeconds(2);

    public IReadOnlyList<int> Callers { get; init; } = [1, 8, 64, 256];

    /// <summary>Arrivals per second in the open loop.</summary>
    public IReadOnlyList<int> Rates { get; init; } = [1000, 4000, 8000];

    public IReadOnlyList<ScenarioKind> Kinds { get; init; } = Enum.GetValues<ScenarioKind>();

    /// <summary>The names of the contestants that take part; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Where the report is written.</summary>
    public string Folder { get; init; } = Path.Combine(Path.GetTempPath(), "actorpool-benchmarks");

    /// <summary>Rounds of the spike, and the actors that use the database at once.</summary>
    public int SpikeRounds { get; init; } = 5;

    public int SpikeActors { get; init; } = 1000;

    /// <summary>The spike follows the comparison, unless the command line names the work of the comparison.</summary>
    public bool HasSpike { get; init; } = true;

    /// <summary>How it was measured, for the report.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rounds} rounds of {Length.TotalSeconds:0.##} s for each contestant, in turn, each round beginning with another one; {Connections} connections each, open before. Medians, with ranges in brackets; ratios are taken round by round. Bytes and processor time are those of the whole client process.");

    /// <summary>Everything once over, in less than two minutes.</summary>
    public static BenchmarkOptions ForQuick { get; } = new()
    {
        Rounds = 3,
        Length = TimeSpan.FromMilliseconds(250),
        WarmUp = TimeSpan.FromMilliseconds(150),
        FirstWarmUp = TimeSpan.FromSeconds(1),
        Callers = [1, 8, 64],
        Rates = [2000],
        Kinds = [ScenarioKind.Select1, ScenarioKind.Open, ScenarioKind.Empty, ScenarioKind.Sessions, ScenarioKind.Message],
        SpikeRounds = 3,
    };
}
