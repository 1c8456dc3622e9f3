using System.Globalization;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The options of a run, with every default.</summary>
internal sealed record CurveOptions
{
    /// <summary>Of each direction, between the client and the server.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } = [Milliseconds(0), Milliseconds(0.2), Milliseconds(0.5), Milliseconds(1)];

    public IReadOnlyList<int> Callers { get; init; } = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>Over all contestants, each beginning with another one.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>One contestant's part of one round.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>Where a target is measured.</summary>
    public int TargetRounds { get; init; } = 7;

    public TimeSpan TargetLength { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>For each contestant before anything is measured, in turns, so that the just-in-time compiler has finished.</summary>
    public TimeSpan FirstWarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For each contestant, after its connections have been opened.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Errors, sleepers and leases beside statements, after the curve.</summary>
    public bool HasCases { get; init; } = true;

    /// <summary>Where the report is written.</summary>
    public string Folder { get; init; } = Path.Combine(Path.GetTempPath(), "actorpool-benchmarks");

    /// <summary>How it was measured, for the report.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rounds} rounds of {Length.TotalSeconds:0.##} s for each contestant in turn, {TargetRounds} of {TargetLength.TotalSeconds:0.##} s where a target is measured. Medians, with ranges in brackets; a ratio is taken round by round. Every answer is checked.");

    /// <summary>The ends and the knee of each curve, in less than a minute and a half.</summary>
    public static CurveOptions ForQuick { get; } = new()
    {
        Delays = [Milliseconds(0), Milliseconds(0.5)],
        Callers = [1, 8, 64, 256],
        TargetRounds = 3,
        TargetLength = TimeSpan.FromSeconds(0.25),
        FirstWarmUp = TimeSpan.FromSeconds(3),
        WarmUp = TimeSpan.FromSeconds(0.3),
    };

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
