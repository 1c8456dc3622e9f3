using System.Globalization;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Scenarios;

namespace ActorPool.Benchmarks.Messages;

/// <summary>Whether a message costs more when many wait.</summary>
internal static class MessageScenario
{
    private static readonly int[] Waiters = [100, 10_000, 100_000];

    public static string Few => NameOf(Waiters[0]);

    public static string Many => NameOf(Waiters[^1]);

    public static Scenario Of() => new(
        ScenarioKind.Message, 1, "callers", Few,
        [.. Waiters.Select(waiters => new Entry(NameOf(waiters), "no connection", () => Task.FromResult<ILoad>(new CoreMessages(waiters))))]);

    private static string NameOf(int waiters) => string.Create(CultureInfo.InvariantCulture, $"{waiters:N0} waiters");
}
