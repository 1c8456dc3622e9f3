using ActorPool.Benchmarks.Contestants;
using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Options;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Benchmarks.Statements;

/// <summary>The server and the actor system that all contestants share.</summary>
internal sealed class Stage(string server, ActorSystem system, BackendCount observer)
{
    private const int PreparedStatements = 20;

    public int ServerPort => new NpgsqlConnectionStringBuilder(server).Port;

    /// <param name="name">Of the contestant.</param>
    /// <param name="port">Of a relay on 127.0.0.1; null for the server itself.</param>
    public ContestantSetup Setup(string name, int? port = null)
    {
        // The same transport with and without a relay; and the driver prepares for all contestants alike.
        var text = new NpgsqlConnectionStringBuilder(server)
        {
            Host = "127.0.0.1",
            Port = port ?? ServerPort,
            SslMode = SslMode.Disable,
            MaxAutoPrepare = PreparedStatements,
            AutoPrepareMinUsages = 2,
        };
        return new ContestantSetup(text.ConnectionString, system, name, BenchmarkOptions.Connections, BenchmarkOptions.Connections);
    }

    /// <param name="calls">What the callers do.</param>
    /// <param name="callers">How many.</param>
    /// <param name="setup">Its backends are counted.</param>
    public ClosedLoop Loop(ICalls calls, int callers, ContestantSetup setup) => new(calls, callers, batch: 1, () => observer.OfAsync(setup.ApplicationName));
}
