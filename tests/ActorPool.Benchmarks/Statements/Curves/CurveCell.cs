using System.Globalization;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Statements.Curves;

/// <summary>All rounds with one delay and one number of callers.</summary>
internal sealed class CurveCell(TimeSpan delay, int callers, IEnumerable<string> names) : RoundResults(names)
{
    public TimeSpan Delay => delay;

    public int Callers => callers;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{NameOf(delay)}, {callers} callers");

    public static string NameOf(TimeSpan delay) =>
        delay == TimeSpan.Zero ? "local" : string.Create(CultureInfo.InvariantCulture, $"{delay.TotalMilliseconds:0.#} ms each way");
}
