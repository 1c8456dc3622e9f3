using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>All cases as a table.</summary>
internal static class CaseTable
{
    public static ReportTable Of(IEnumerable<(ICase Case, RoundResults Results)> all) => new(
        "Callers that disturb each other",
        ["case", "", "calls/s", "p50 ms", "p99 ms"],
        [.. all.SelectMany(one => one.Results.Names.Select(name => Row(one.Case.Name, name, one.Results)))]);

    private static string[] Row(string of, string name, RoundResults results) =>
    [
        of,
        name,
        results.Of(name, figures => figures.Rate).Text("N0"),
        results.Of(name, figures => figures.P50 / 1000).Text("0.00"),
        results.Of(name, figures => figures.P99 / 1000).Text("0.00"),
    ];
}
