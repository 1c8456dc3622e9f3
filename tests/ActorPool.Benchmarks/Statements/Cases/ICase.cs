using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Targets;

namespace ActorPool.Benchmarks.Statements.Cases;

/// <summary>Statements of callers that disturb each other, with and without the disturbance.</summary>
internal interface ICase
{
    string Name { get; }

    Task<RoundResults> RunAsync(int rounds, TimeSpan length);

    IEnumerable<Target> Targets(RoundResults results);
}
