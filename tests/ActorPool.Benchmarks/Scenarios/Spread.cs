using System.Globalization;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>A figure over all rounds: its median and its range.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    public Spread(IEnumerable<double> values)
        : this(0, 0, 0)
    {
        var sorted = values.Order().ToArray();
        Median = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        (Least, Most) = (sorted[0], sorted[^1]);
    }

    public string Text(string format)
    {
        if (double.IsNaN(Median))
            return "";
        var (median, least, most) = (In(Median), In(Least), In(Most));
        return $"{median} ({least} to {most})";

        string In(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
