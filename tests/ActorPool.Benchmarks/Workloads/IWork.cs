using Npgsql;

namespace ActorPool.Benchmarks.Workloads;

/// <summary>A caller's work on a connection. Each caller has one object; the code is the same for every contestant.</summary>
internal interface IWork
{
    ValueTask RunAsync(NpgsqlConnection connection);
}
