using System.Globalization;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Readers;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>The curves as tables: one short for each delay, and one with every figure.</summary>
internal static class CurveTables
{
    /// <summary>Statements a second of all contestants side by side.</summary>
    public static IEnumerable<ReportTable> Short(IReadOnlyList<CurveCell> cells) =>
        cells.GroupBy(cell => cell.Delay).Select(group => new ReportTable(
            $"Read of one row by its key, {CurveCell.NameOf(group.Key)}: statements a second",
            ["callers", .. ReaderCatalogue.All.Select(kind => kind.Name), $"to {ReaderCatalogue.Npgsql}", $"to {ReaderCatalogue.Multiplexing}", "p99 ms", $"{ReaderCatalogue.Npgsql} p99 ms"],
            [.. group.Select(ShortRow)]));

    /// <summary>Every figure of every contestant.</summary>
    public static ReportTable Long(IReadOnlyList<CurveCell> cells) => new(
        "All figures",
        ["delay and callers", "contestant", "statements/s", "p50 µs", "p99 µs", "B/statement", "CPU µs/statement", "backends"],
        [.. cells.SelectMany(cell => cell.Names.Select(name => LongRow(cell, name)))],
        string.Join(' ', cells.SelectMany(cell => Errors(cell, $"{cell}"))));

    /// <summary>What went wrong; nothing in a good run.</summary>
    public static IEnumerable<string> Errors(RoundResults results, string where) =>
        from name in results.Names
        let failed = results[name].Where(figures => figures.Errors > 0).ToArray()
        where failed.Length > 0
        select string.Create(CultureInfo.InvariantCulture, $"{where}: {failed.Sum(figures => figures.Errors)} errors of {name}, the first: {failed[0].FirstError}.");

    private static string[] ShortRow(CurveCell cell) =>
    [
        Text(cell.Callers, "0"),
        .. ReaderCatalogue.All.Select(kind => cell.Has(kind.Name) ? Median(cell, kind.Name, figures => figures.Rate, "N0") : ""),
        cell.Ratio(ReaderCatalogue.Told, ReaderCatalogue.Npgsql, figures => figures.Rate).Text("0.00"),
        cell.Ratio(ReaderCatalogue.Told, ReaderCatalogue.Multiplexing, figures => figures.Rate).Text("0.00"),
        Median(cell, ReaderCatalogue.Told, figures => figures.P99 / 1000, "0.00"),
        Median(cell, ReaderCatalogue.Npgsql, figures => figures.P99 / 1000, "0.00"),
    ];

    private static string[] LongRow(CurveCell cell, string name) =>
    [
        cell.ToString(),
        name,
        cell.Of(name, figures => figures.Rate).Text("N0"),
        cell.Of(name, figures => figures.P50).Text("0"),
        cell.Of(name, figures => figures.P99).Text("0"),
        Median(cell, name, figures => figures.BytesPerOperation, "N0"),
        Median(cell, name, figures => figures.CpuPerOperation, "0.0"),
        Text(cell[name].Max(figures => figures.Backends), "0"),
    ];

    private static string Median(CurveCell cell, string name, Func<Figures, double> figure, string format) => Text(cell.Of(name, figure).Median, format);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
