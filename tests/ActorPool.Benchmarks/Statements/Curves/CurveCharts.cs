using System.Globalization;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Statements.Readers;
using OxyPlot.Axes;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The curves as SVG, a file for each delay.</summary>
internal static class CurveCharts
{
    /// <summary>The name of each file and what is in it.</summary>
    public static IEnumerable<(string File, string Svg)> Of(IReadOnlyList<CurvePoint> points) =>
        from @group in points.GroupBy(point => point.Delay)
        select (string.Create(CultureInfo.InvariantCulture, $"statements-{@group.Key:0.0}ms.svg"), Of(@group.Key, [.. @group]));

    private static string Of(double delay, CurvePoint[] points)
    {
        var callers = points.Select(point => point.Callers).Distinct().Order().ToArray();
        return LineChart.Svg(
            $"Read of one row by its key, {CurveCell.NameOf(TimeSpan.FromMilliseconds(delay))}",
            new LinearAxis { Position = AxisPosition.Left, Title = "statements a second", Minimum = 0, StringFormat = "#,0" },
            callers.Select(number => number.ToString(CultureInfo.InvariantCulture)),
            [.. ReaderCatalogue.All.Select(kind => (kind.Name, Array.ConvertAll(callers, number =>
                Array.Find(points, point => point.Contestant == kind.Name && point.Callers == number)?.Rate)))]);
    }
}
