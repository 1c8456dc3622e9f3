using Akka.Actor;
using Npgsql;

namespace ActorPool.Recovery;

/// <summary>The two pools, of the same size and with the same time-outs.</summary>
internal static class Contestants
{
    public const int Size = 20;
    private const int Patience = 15;

    public static async Task<IContestant> ActorPoolAsync(string connectionString)
    {
        var system = ActorSystem.Create("recovery", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(WithTimeouts(connectionString), 1, Size));
        return new ActorPoolContestant(system, pool);
    }

    public static Task<IContestant> NpgsqlAsync(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(WithTimeouts(connectionString)) { MinPoolSize = 1, MaxPoolSize = Size };
        return Task.FromResult<IContestant>(new NpgsqlContestant(NpgsqlDataSource.Create(text)));
    }

    private static string WithTimeouts(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Timeout = Patience, CommandTimeout = Patience }.ConnectionString;

    // Long enough that nearly all callers are in their query when the fault comes: what fails then is the same for both.
    private static async Task SelectAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT pg_sleep(0.05)", connection);
        await command.ExecuteScalarAsync();
    }

    private sealed class ActorPoolContestant(ActorSystem system, ConnectionPool pool) : IContestant
    {
        public string Name => "ActorPool";

        public async Task UseAsync()
        {
            await using var connection = await pool.GetConnAsync();
            await SelectAsync(connection.Npgsql);
        }

        public async ValueTask DisposeAsync()
        {
            await pool.DisposeAsync();
            await system.Terminate();
        }
    }

    private sealed class NpgsqlContestant(NpgsqlDataSource source) : IContestant
    {
        public string Name => "Npgsql";

        public async Task UseAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await SelectAsync(connection);
        }

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}
