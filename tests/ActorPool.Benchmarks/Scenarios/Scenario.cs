using ActorPool.Benchmarks.Load;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>One row group of a table: the same load for several contestants.</summary>
/// <param name="Kind">Which table.</param>
/// <param name="Size">Callers, arrivals per second, or connections.</param>
/// <param name="SizeName">Which of them.</param>
/// <param name="Baseline">The entry that the ratios are to.</param>
/// <param name="Entries">In the order of the first round.</param>
internal sealed record Scenario(ScenarioKind Kind, int Size, string SizeName, string Baseline, IReadOnlyList<Entry> Entries)
{
    public override string ToString() => $"{ScenarioKinds.NameOf(Kind)}, {SizeName} {Size}";
}

/// <summary>A contestant in a scenario.</summary>
/// <param name="Name">As it is called in the report.</param>
/// <param name="Reset">The reset between two borrowers.</param>
/// <param name="OpenAsync">Opens all its connections.</param>
internal sealed record Entry(string Name, string Reset, Func<Task<ILoad>> OpenAsync);
