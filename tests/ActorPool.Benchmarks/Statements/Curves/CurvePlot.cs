using System.Globalization;
using System.Text;
using ActorPool.Benchmarks.Statements.Readers;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>A curve for each contestant, drawn with characters: statements a second over the number of callers, which doubles from mark to mark.</summary>
internal static class CurvePlot
{
    private const int Height = 18;
    private const int LabelWidth = 8;
    private const int MarkDistance = 9;
    private const int LeftMargin = 2;
    private const char Line = '·';
    private const char ToldLine = '•';

    /// <summary>One plot for each delay.</summary>
    public static string Of(IReadOnlyList<CurvePoint> points) =>
        string.Join("\n", points.GroupBy(point => point.Delay).Select(group => Of(group.Key, [.. group])));

    private static string Of(double delay, CurvePoint[] points)
    {
        var callers = points.Select(point => point.Callers).Distinct().Order().ToList();
        var top = RoundUp(points.Max(point => point.Rate));
        var canvas = new char[Height + 1, LeftMargin + ((callers.Count - 1) * MarkDistance) + LeftMargin];
        // The first contestant is drawn last, over the others.
        foreach (var kind in ReaderCatalogue.All.Reverse())
            Draw(canvas, kind.Mark, [.. points.Where(point => point.Contestant == kind.Name).Select(point => (X: callers.IndexOf(point.Callers), point.Rate / top)).Order()]);

        var title = string.Create(CultureInfo.InvariantCulture, $"statements a second, {CurveCell.NameOf(TimeSpan.FromMilliseconds(delay))}");
        var text = new StringBuilder().Append(title).Append('\n');
        for (var row = Height; row >= 0; row--)
            text.Append(Label(row, top)).Append(row == 0 ? '┼' : '┤').Append(RowOf(canvas, row)).Append('\n');
        text.Append(' ', LabelWidth + 1 + LeftMargin);
        foreach (var number in callers)
            text.Append(number.ToString(CultureInfo.InvariantCulture).PadRight(MarkDistance));
        text.Length = text.ToString().TrimEnd().Length;
        text.Append(" callers\n").Append(' ', LabelWidth + 1);
        return text.AppendJoin("   ", ReaderCatalogue.All.Select(kind => $"{kind.Mark} {kind.Name}")).Append('\n').ToString();
    }

    private static void Draw(char[,] canvas, char mark, (int X, double Y)[] points)
    {
        for (var i = 1; i < points.Length; i++)
        {
            var ((x, from), (_, to)) = (points[i - 1], points[i]);
            for (var step = 0; step <= MarkDistance; step++)
                canvas[Row(from + ((to - from) * step / MarkDistance)), Column(x) + step] = mark == ReaderCatalogue.ToldMark ? ToldLine : Line;
        }

        foreach (var (x, y) in points)
            canvas[Row(y), Column(x)] = mark;
    }

    private static int Column(int index) => LeftMargin + (index * MarkDistance);

    private static int Row(double share) => (int)Math.Round(share * Height);

    private static string RowOf(char[,] canvas, int row) =>
        string.Concat(Enumerable.Range(0, canvas.GetLength(1)).Select(column => canvas[row, column] is var mark and not '\0' ? mark : row == 0 ? '─' : ' ')).TrimEnd();

    private static string Label(int row, double top) =>
        (row % 3 == 0 ? (top * row / Height).ToString("N0", CultureInfo.InvariantCulture) : "").PadLeft(LabelWidth);

    /// <summary>To a number whose sixths, which are written beside the axis, are round.</summary>
    private static double RoundUp(double most)
    {
        var unit = 6 * Math.Pow(10, Math.Floor(Math.Log10(most / 6)));
        return new[] { 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10 }.Select(factor => factor * unit).First(top => top >= most);
    }
}
