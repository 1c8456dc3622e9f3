using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Spike;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Report;

/// <summary>Shows the report and writes it to its folder.</summary>
internal sealed class ReportWriter(BenchmarkOptions options)
{
    public async Task WriteAsync(string machine, IReadOnlyList<ScenarioResult> results, SpikeResult? spike)
    {
        List<ReportTable> tables = [.. ComparisonTables.Of(results)];
        if (spike is not null)
            tables.Add(spike.Table());
        if (new TargetList(results, spike).All() is { Count: > 0 } targets)
            tables.Add(TargetTable.Of(targets));
        foreach (var table in tables)
            Terminal.Show(table);

        Directory.CreateDirectory(options.Folder);
        var plots = Plots.Of(results).ToArray();
        foreach (var (file, svg) in plots)
            await File.WriteAllTextAsync(Path.Combine(options.Folder, file), svg);
        string[] introduction = results.Count > 0 ? [machine, options.Description] : [machine];
        var report = Path.Combine(options.Folder, "benchmarks.md");
        await File.WriteAllTextAsync(report, Markdown.Of("Benchmarks", introduction, tables, plots.Select(plot => plot.File)));
        Terminal.Say([.. introduction, $"Written: {string.Join(", ", plots.Select(plot => Path.Combine(options.Folder, plot.File)).Prepend(report))}"]);
    }
}
