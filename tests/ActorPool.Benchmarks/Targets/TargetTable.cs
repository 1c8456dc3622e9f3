using System.Globalization;
using ActorPool.Benchmarks.Report;

namespace ActorPool.Benchmarks.Targets;

/// <summary>The targets as a table.</summary>
internal static class TargetTable
{
    public static ReportTable Of(IReadOnlyList<Target> targets) => new(
        "Targets",
        ["target", "bound", "measured", ""],
        [.. targets.Select(target => (string[])
        [
            target.What,
            string.Create(CultureInfo.InvariantCulture, $"{(target.IsMost ? "at most" : "at least")} {target.Bound:0.##}"),
            target.Measured.Text(target.Bound >= 8 || target.Bound == 0 ? "0" : "0.00"),
            target.IsReached ? "reached" : "not reached",
        ])]);
}
