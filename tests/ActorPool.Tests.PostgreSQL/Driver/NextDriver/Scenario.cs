using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.NextDriver;

/// <summary>An application that uses a pool. Its results have types that both contexts share.</summary>
public static class Scenario
{
    public static async Task<string[]> RunAsync(string connectionString)
    {
        var seen = new List<string> { $"Npgsql {typeof(NpgsqlConnection).Assembly.GetName().Version!.Major}", $"has the property: {typeof(NpgsqlConnectionStringBuilder).GetProperty("Multiplexing") is not null}" };
        var system = ActorSystem.Create("next", ConfigurationFactory.ParseString("akka { loglevel = WARNING, stdout-loglevel = OFF, loggers = [] }"));
        var warnings = new List<string>();
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Listener(warnings))), typeof(Warning));
        try
        {
            var pool = await ConnectionPool.StartAsync(system, new PoolSettings(connectionString, 0, 2));
            await using (pool)
            {
                await using (var lease = await pool.GetConnAsync("key"))
                    await ExecuteAsync(lease, "BEGIN; CREATE TEMP TABLE left_open (id int)");
                await using (var lease = await pool.GetConnAsync("key"))
                    seen.Add($"tables left: {await ScalarAsync(lease, "SELECT count(*) FROM pg_class WHERE relname = 'left_open'")}");
                seen.Add($"statements: {string.Join(' ', await Task.WhenAll(TellAsync(pool, "1"), TellAsync(pool, "1 / 0"), TellAsync(pool, "3")))}");
                var running = await pool.GetConnAsync();
                var query = ExecuteAsync(running, "SELECT pg_sleep(60)");
                await pool.CloseAllAsync();
                seen.Add($"the query was ended: {await Task.WhenAny(query, Task.Delay(TimeSpan.FromSeconds(10))) == query && query.IsFaulted}");
            }
        }
        finally
        {
            await system.Terminate();
        }

        lock (warnings)
            return [.. seen, .. warnings.Where(warning => warning.Contains("Npgsql", StringComparison.Ordinal))];
    }

    private static async Task<string> TellAsync(ConnectionPool pool, string expression)
    {
        try
        {
            return $"{await pool.ScalarAsync<int>(Statement.Of("SELECT " + expression))}";
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    private static async Task ExecuteAsync(PooledConnection lease, string sql)
    {
        await using var command = lease.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(PooledConnection lease, string sql)
    {
        await using var command = lease.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(List<string> warnings) => Receive<Warning>(warning =>
        {
            lock (warnings)
                warnings.Add($"{warning.Message}");
        });
    }
}
