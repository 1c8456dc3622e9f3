using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>What a caller does with a connection; one object for each caller, the same code for every contestant.</summary>
internal interface IWork
{
    ValueTask RunAsync(NpgsqlConnection connection);
}
