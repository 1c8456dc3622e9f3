using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Statements.Readers;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The targets of told statements that a curve has measured.</summary>
internal static class CurveTargets
{
    private static readonly TimeSpan Local = TimeSpan.Zero;
    private static readonly TimeSpan Far = TimeSpan.FromMilliseconds(0.5);
    private static readonly int[] Crowds = [64, 256];

    /// <summary>More rounds are run here.</summary>
    public static bool IsMeasuredAt(TimeSpan delay, int callers) =>
        (delay == Local || delay == Far) && (Crowds.Contains(callers) || (delay == Local && callers is 1 or 8));

    public static IEnumerable<Target> Of(IReadOnlyList<CurveCell> cells) =>
    [
        .. Crowds.SelectMany(callers => Rate(cells, Local, callers, ReaderCatalogue.Npgsql, 2.0)),
        .. Own(cells, 64, "p99 of statements, ms", figures => figures.P99 / 1000, 5),
        .. Crowds.SelectMany(callers => Rate(cells, Far, callers, ReaderCatalogue.Npgsql, 4.0)),
        .. Rate(cells, Local, 64, ReaderCatalogue.Multiplexing, 1.2),
        .. Rate(cells, Far, 64, ReaderCatalogue.Multiplexing, 1.2),
        .. Rate(cells, Local, 1, ReaderCatalogue.Lease, 0.95),
        .. Rate(cells, Local, 8, ReaderCatalogue.Lease, 1.1),
        .. Own(cells, 64, "bytes allocated for a statement", figures => figures.BytesPerOperation, 900),
    ];

    private static IEnumerable<Target> Rate(IReadOnlyList<CurveCell> cells, TimeSpan delay, int callers, string to, double bound)
    {
        if (Find(cells, delay, callers) is { } cell)
            yield return new Target($"{cell}: statements/s to {to}", bound, IsMost: false, cell.Ratio(ReaderCatalogue.Told, to, figures => figures.Rate));
    }

    private static IEnumerable<Target> Own(IReadOnlyList<CurveCell> cells, int callers, string what, Func<Figures, double> figure, double most)
    {
        if (Find(cells, Local, callers) is { } cell)
            yield return new Target($"{cell}: {what}", most, IsMost: true, cell.Of(ReaderCatalogue.Told, figure));
    }

    private static CurveCell? Find(IReadOnlyList<CurveCell> cells, TimeSpan delay, int callers) =>
        cells.FirstOrDefault(cell => cell.Delay == delay && cell.Callers == callers);
}
