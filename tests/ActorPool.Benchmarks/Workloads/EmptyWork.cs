using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>No work: borrow and return alone are measured.</summary>
internal sealed class EmptyWork : IWork
{
    public ValueTask RunAsync(NpgsqlConnection connection) => ValueTask.CompletedTask;
}
