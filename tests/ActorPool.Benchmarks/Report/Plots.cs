using System.Globalization;
using ActorPool.Benchmarks.Scenarios;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ActorPool.Benchmarks.Report;

/// <summary>The closed loop with SELECT 1 by callers, as SVG.</summary>
internal static class Plots
{
    private const int Width = 1000;
    private const int Height = 480;

    private static readonly OxyColor[] Colours =
    [
        OxyColor.Parse("#7f7f7f"), OxyColor.Parse("#8c564b"), OxyColor.Parse("#000000"), OxyColor.Parse("#d62728"),
        OxyColor.Parse("#ff9f40"), OxyColor.Parse("#1f77b4"), OxyColor.Parse("#2ca02c"), OxyColor.Parse("#9467bd"),
    ];

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Diamond, MarkerType.Triangle];

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

    private static string Svg(string title, ScenarioResult[] results, Axis y, Func<ScenarioResult, string, Spread> spread)
    {
        (y.MajorGridlineStyle, y.MajorGridlineColor, y.AxisTitleDistance) = (LineStyle.Solid, OxyColor.Parse("#e0e0e0"), 16);
        var plot = new PlotModel { Title = title, Background = OxyColors.White, DefaultFont = "Arial, Helvetica, sans-serif", TitleFontSize = 16, TitlePadding = 10, Padding = new OxyThickness(8, 8, 24, 8) };
        plot.Legends.Add(LegendBeside());
        plot.Axes.Add(y);
        plot.Axes.Add(Callers(results));
        var names = results.SelectMany(result => result.Scenario.Entries.Select(entry => entry.Name)).Distinct().ToArray();
        for (var i = 0; i < names.Length; i++)
            plot.Series.Add(Line(i, names[i], results, spread));
        return new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true }.ExportToString(plot);
    }

    // The width of a text depends on the reader's fonts: there is room for wider ones.
    private static Legend LegendBeside() => new()
    {
        LegendPlacement = LegendPlacement.Outside,
        LegendPosition = LegendPosition.RightTop,
        LegendPadding = 40,
        LegendFontSize = 11,
        LegendLineSpacing = 8,
        LegendSymbolLength = 28,
    };

    private static CategoryAxis Callers(ScenarioResult[] results)
    {
        var axis = new CategoryAxis { Position = AxisPosition.Bottom, Title = "callers", AxisTitleDistance = 12, GapWidth = 0 };
        axis.Labels.AddRange(results.Select(result => result.Scenario.Size.ToString(CultureInfo.InvariantCulture)));
        return axis;
    }

    private static LineSeries Line(int index, string name, ScenarioResult[] results, Func<ScenarioResult, string, Spread> spread)
    {
        var colour = Colours[index % Colours.Length];
        var line = new LineSeries { Title = name, Color = colour, StrokeThickness = 2, MarkerType = Markers[index % Markers.Length], MarkerSize = 4, MarkerFill = colour };
        for (var at = 0; at < results.Length; at++)
        {
            if (results[at].Has(name))
                line.Points.Add(new DataPoint(at, spread(results[at], name).Median));
        }

        return line;
    }
}
