using System.Globalization;
using ActorPool.Benchmarks.Scenarios;
using OxyPlot.Axes;

namespace ActorPool.Benchmarks.Report;

/// <summary>The closed loop with SELECT 1 by callers, as SVG.</summary>
internal static class Plots
{
    /// <summary>The name of each file and what is in it.</summary>
    public static IEnumerable<(string File, string Svg)> Of(IReadOnlyList<ScenarioResult> all)
    {
        var results = all.Where(result => result.Scenario.Kind == ScenarioKind.Select1).OrderBy(result => result.Scenario.Size).ToArray();
        if (results.Length == 0)
            yield break;
        var baseline = results[0].Scenario.Baseline;
        var ratio = new LinearAxis { Position = AxisPosition.Left, Title = $"ops/s to {baseline}", Minimum = 0 };
        yield return ("throughput.svg", Svg("SELECT 1: throughput", results, ratio, (result, name) => result.Ratio(name, baseline, figures => figures.Rate)));
        var time = new LogarithmicAxis { Position = AxisPosition.Left, Title = "p99, µs (logarithmic)" };
        yield return ("latency.svg", Svg("SELECT 1: 99th percentile of the latency", results, time, (result, name) => result.Of(name, figures => figures.P99)));
    }

    private static string Svg(string title, ScenarioResult[] results, Axis y, Func<ScenarioResult, string, Spread> spread) => LineChart.Svg(
        title,
        y,
        results.Select(result => result.Scenario.Size.ToString(CultureInfo.InvariantCulture)),
        [.. results.SelectMany(result => result.Names).Distinct().Select(name =>
            (name, Array.ConvertAll(results, result => result.Has(name) ? spread(result, name).Median : (double?)null)))]);
}
