using ActorPool.Benchmarks.Statements.Readers;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>A point of a curve, as it is kept for the plots.</summary>
/// <param name="Delay">Of each direction, in milliseconds.</param>
/// <param name="Callers">How many.</param>
/// <param name="Contestant">Its name.</param>
/// <param name="Rate">Statements a second, the median of the rounds.</param>
internal sealed record CurvePoint(double Delay, int Callers, string Contestant, double Rate)
{
    public static IEnumerable<CurvePoint> Of(IEnumerable<CurveCell> cells) =>
        from cell in cells
        from kind in ReaderCatalogue.All
        where cell.Has(kind.Name)
        select new CurvePoint(cell.Delay.TotalMilliseconds, cell.Callers, kind.Name, cell.Of(kind.Name, figures => figures.Rate).Median);
}
