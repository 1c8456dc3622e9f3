using System.Globalization;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Report;

/// <summary>The figures of the comparison, a table for each kind of scenario. Every cell is the median of the rounds, most with their range.</summary>
internal static class ComparisonTables
{
    public static IEnumerable<ReportTable> Of(IReadOnlyList<ScenarioResult> results) =>
        results.GroupBy(result => result.Scenario.Kind).Select(group => Table(group.Key, [.. group]));

    private static ReportTable Table(ScenarioKind kind, IReadOnlyList<ScenarioResult> results)
    {
        var first = results[0].Scenario;
        string[] columns = [first.SizeName, "contestant", "ops/s", $"ops/s to {first.Baseline}", "p50 µs", "p99 µs", "p99.9 µs", "B/op", "CPU µs/op", "backends", "reset"];
        var rows = results.SelectMany(result => result.Scenario.Entries.Select(entry => Row(result, entry)));
        var notes = results.SelectMany(Remarks).Prepend(ScenarioKinds.NoteOf(kind)).Where(note => note.Length > 0);
        return new ReportTable(ScenarioKinds.TitleOf(kind), columns, [.. rows], string.Join(' ', notes));
    }

    private static string[] Row(ScenarioResult result, Entry entry) =>
    [
        result.Scenario.Size.ToString("N0", CultureInfo.InvariantCulture),
        entry.Name,
        result.Of(entry.Name, figures => figures.Rate).Text("N0"),
        entry.Name == result.Scenario.Baseline ? "1" : result.Ratio(entry.Name, result.Scenario.Baseline, figures => figures.Rate).Text("0.00"),
        Latency(result, entry, figures => figures.P50),
        Latency(result, entry, figures => figures.P99),
        Latency(result, entry, figures => figures.P999),
        Median(result, entry, figures => figures.BytesPerOperation, "N0"),
        Median(result, entry, figures => figures.CpuPerOperation, "N1"),
        result[entry.Name].Max(figures => figures.Backends).ToString(CultureInfo.InvariantCulture),
        entry.Reset,
    ];

    private static string Latency(ScenarioResult result, Entry entry, Func<Figures, double> figure)
    {
        var spread = result.Of(entry.Name, figure);
        return spread.Text(spread.Median < 100 ? "0.0" : "N0");
    }

    private static string Median(ScenarioResult result, Entry entry, Func<Figures, double> figure, string format) =>
        result.Of(entry.Name, figure).Median.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>What was not reached, what failed, and how often a key found its session.</summary>
    private static IEnumerable<string> Remarks(ScenarioResult result)
    {
        foreach (var name in result.Scenario.Entries.Select(entry => entry.Name))
        {
            var where = $"{name} at {result.Scenario.SizeName} {result.Scenario.Size}";
            if (result[name].Where(figures => figures.Remark is not null).ToArray() is [var remarkable, ..] all)
                yield return $"{where}: {remarkable.Remark} ({all.Length} of {result[name].Count} rounds).";
            if (result[name].All(figures => figures.HitRate is not null))
                yield return $"{where}: {result.Of(name, figures => figures.HitRate!.Value).Text("P0")} of the borrows found their session.";
            if (result[name].Sum(figures => figures.Errors) is var errors and > 0)
                yield return $"{where}: {errors} errors, the first: {result[name].First(figures => figures.FirstError is not null).FirstError}.";
        }
    }
}
