using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Workloads;

namespace ActorPool.Benchmarks.Scenarios;

/// <summary>Callers of one contestant, each with its own work.</summary>
internal sealed class Uses(IContestant contestant, IReadOnlyList<IWork> works) : ICalls
{
    public ValueTask CallAsync(int caller) => contestant.UseAsync(works[caller], caller);

    public ValueTask DisposeAsync() => contestant.DisposeAsync();
}
