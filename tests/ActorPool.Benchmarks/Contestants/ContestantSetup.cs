using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Contestants;

/// <summary>The conditions under which a contestant is opened; the same for all.</summary>
/// <param name="Server">How to connect.</param>
/// <param name="System">Where the actors live.</param>
/// <param name="Name">Of the contestant in this scenario; its backends carry it.</param>
/// <param name="Connections">How many, at least and at most.</param>
/// <param name="Callers">How many there will be.</param>
internal sealed record ContestantSetup(string Server, ActorSystem System, string Name, int Connections, int Callers)
{
    /// <summary>Identifies its backends in <c>pg_stat_activity</c>.</summary>
    public string ApplicationName => $"bench-{Name}";

    /// <summary>No contestant closes a connection for its age during a run.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString => new(Server)
    {
        ApplicationName = ApplicationName,
        Pooling = true,
        MinPoolSize = Connections,
        MaxPoolSize = Connections,
        ConnectionLifetime = 0,
    };

    public PoolSettings PoolSettings => new(ConnectionString.ConnectionString, Connections, Connections)
    {
        Name = ApplicationName,
        MaxLifetime = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A key for each caller; made once, as an application has its keys ready.</summary>
    public object[] Keys() => [.. Enumerable.Range(0, Callers).Select(caller => $"caller-{caller}")];
}
