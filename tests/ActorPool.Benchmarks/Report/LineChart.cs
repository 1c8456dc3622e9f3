using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ActorPool.Benchmarks.Report;

/// <summary>A line for each contestant over the number of callers, as SVG.</summary>
internal static class LineChart
{
    private const int Width = 1000;
    private const int Height = 480;

    private static readonly OxyColor[] Colours =
    [
        OxyColor.Parse("#7f7f7f"), OxyColor.Parse("#8c564b"), OxyColor.Parse("#000000"), OxyColor.Parse("#d62728"),
        OxyColor.Parse("#ff9f40"), OxyColor.Parse("#1f77b4"), OxyColor.Parse("#2ca02c"), OxyColor.Parse("#9467bd"),
    ];

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Diamond, MarkerType.Triangle];

    /// <param name="title">Above it.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="callers">Below the horizontal axis.</param>
    /// <param name="lines">A value for each number of callers; null where there is none.</param>
    public static string Svg(string title, Axis y, IEnumerable<string> callers, IReadOnlyList<(string Name, double?[] Values)> lines)
    {
        (y.MajorGridlineStyle, y.MajorGridlineColor, y.AxisTitleDistance) = (LineStyle.Solid, OxyColor.Parse("#e0e0e0"), 16);
        var plot = new PlotModel { Title = title, Background = OxyColors.White, DefaultFont = "Arial, Helvetica, sans-serif", TitleFontSize = 16, TitlePadding = 10, Padding = new OxyThickness(8, 8, 24, 8) };
        plot.Legends.Add(LegendBeside());
        plot.Axes.Add(y);
        plot.Axes.Add(Callers(callers));
        for (var i = 0; i < lines.Count; i++)
            plot.Series.Add(Line(i, lines[i].Name, lines[i].Values));
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

    private static CategoryAxis Callers(IEnumerable<string> callers)
    {
        var axis = new CategoryAxis { Position = AxisPosition.Bottom, Title = "callers", AxisTitleDistance = 12, GapWidth = 0 };
        axis.Labels.AddRange(callers);
        return axis;
    }

    private static LineSeries Line(int index, string name, double?[] values)
    {
        var colour = Colours[index % Colours.Length];
        var line = new LineSeries { Title = name, Color = colour, StrokeThickness = 2, MarkerType = Markers[index % Markers.Length], MarkerSize = 4, MarkerFill = colour };
        for (var at = 0; at < values.Length; at++)
        {
            if (values[at] is { } value)
                line.Points.Add(new DataPoint(at, value));
        }

        return line;
    }
}
