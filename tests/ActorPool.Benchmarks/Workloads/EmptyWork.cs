using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

internal sealed class EmptyWork : IWork
{
    public ValueTask RunAsync(NpgsqlConnection connection) => ValueTask.CompletedTask;
}
