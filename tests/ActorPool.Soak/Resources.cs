using System.Diagnostics;
using System.Globalization;
using Akka.Actor;

namespace ActorPool.Soak;

/// <summary>The memory, handles, threads and actors of the process: flat when nothing is lost.</summary>
internal sealed class Resources(SoakWorld world)
{
    // The first looks see a process that is warming up.
    private const int WarmUp = 3;
    private const int ConnectionsAtOnce = 3 * SoakWorld.Most;

    private readonly List<(long Memory, int Handles, int Threads, int Actors)> _looks = [];

    public void Look()
    {
        using var process = Process.GetCurrentProcess();
        var actors = ((ActorRefWithCell)world.Pool.Manager).Children.Count();
        _looks.Add((GC.GetTotalMemory(forceFullCollection: true), process.HandleCount, process.Threads.Count, actors));
    }

    /// <exception cref="SoakFailedException">Something grows.</exception>
    public void Check()
    {
        if (_looks.Count < 2 * WarmUp)
            return;
        var half = _looks.Count / 2;
        var (early, late) = (_looks[WarmUp..Math.Max(half, WarmUp + 1)], _looks[half..]);
        Require("memory", Median(late, look => look.Memory) <= Median(early, look => look.Memory) * 1.5 + 10_000_000);
        // A connection has several, with those of the proxy, and any look may come in the middle of a fault that has taken some away.
        Require("handles", Median(late, look => look.Handles) <= _looks[..half].Max(look => look.Handles) + SoakWorld.Most);
        Require("threads", Median(late, look => look.Threads) <= Median(early, look => look.Threads) + 20);
        Require("actors", late.Max(look => look.Actors) <= ConnectionsAtOnce);
    }

    public override string ToString() => _looks.Count == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{_looks[^1].Memory / 1_000_000.0:0.0} MB, {_looks[^1].Handles} handles, {_looks[^1].Threads} threads, {_looks[^1].Actors} connection actors");

    private void Require(string what, bool condition)
    {
        if (!condition)
            throw new SoakFailedException($"the {what} grow: {string.Join("; ", _looks)}");
    }

    private static double Median(List<(long Memory, int Handles, int Threads, int Actors)> looks, Func<(long Memory, int Handles, int Threads, int Actors), double> value) =>
        looks.Select(value).Order().ElementAt(looks.Count / 2);
}
