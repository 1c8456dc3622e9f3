using System.Text.Json;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Cases;
using ActorPool.Benchmarks.Statements.Curves;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements;

/// <summary>The report of a run: shown, and kept in its folder with the points of the curves.</summary>
internal sealed class StatementReport(string folder)
{
    private const string Report = "statements.md";
    private const string Points = "statements.json";

    public async Task WriteAsync(string[] introduction, IReadOnlyList<CurveCell> cells, IReadOnlyList<(ICase Case, RoundResults Results)> cases)
    {
        List<ReportTable> tables = [.. CurveTables.Short(cells)];
        if (cases.Count > 0)
            tables.Add(CaseTable.Of(cases));
        tables.Add(TargetTable.Of([.. CurveTargets.Of(cells), .. cases.SelectMany(one => one.Case.Targets(one.Results))]));
        foreach (var table in tables)
            Terminal.Show(table);

        var points = CurvePoint.Of(cells).ToArray();
        var errors = cells.SelectMany(cell => CurveTables.Errors(cell, $"{cell}")).Concat(cases.SelectMany(one => CurveTables.Errors(one.Results, one.Case.Name)));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, Points), JsonSerializer.Serialize(points));
        var charts = CurveCharts.Of(points).ToArray();
        foreach (var (file, svg) in charts)
            await File.WriteAllTextAsync(Path.Combine(folder, file), svg);
        await File.WriteAllTextAsync(Path.Combine(folder, Report), Markdown.Of("Statements told to the pool", introduction, [.. tables, CurveTables.Long(cells)], charts.Select(chart => chart.File)) + $"```text\n{CurvePlot.Of(points)}```\n");
        Terminal.Say([.. errors, .. introduction, $"Written: {Path.Combine(folder, Report)}", "", CurvePlot.Of(points)]);
    }

    /// <summary>The plots of the last run.</summary>
    /// <returns>Null when there was none.</returns>
    public string? Plot() => File.Exists(Path.Combine(folder, Points))
        ? CurvePlot.Of(JsonSerializer.Deserialize<CurvePoint[]>(File.ReadAllText(Path.Combine(folder, Points)))!)
        : null;
}
