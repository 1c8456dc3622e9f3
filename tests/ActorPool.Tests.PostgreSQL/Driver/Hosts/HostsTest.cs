using ActorPool.Tests.PostgreSQL.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Hosts;

/// <summary>A test of a pool that has several hosts.</summary>
public abstract class HostsTest : PoolTest
{
    /// <summary>The recipe of the README for a failover.</summary>
    protected const string Recipe = "Target Session Attributes=read-write";

    protected static string HostOf(string connectionString)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{text.Host}:{text.Port}";
    }

    /// <summary>The connection string with other hosts and more keywords.</summary>
    protected static string With(string connectionString, string more, params string[] hosts)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString);
        text.Remove("Port");
        text.Host = string.Join(',', hosts);
        return $"{text.ConnectionString};{more}";
    }

    /// <summary>The port of the server that a borrower reaches.</summary>
    protected static async Task<int> PortAsync(ConnectionPool pool)
    {
        await using var connection = await pool.GetConnAsync();
        return int.Parse((string)(await ScalarAsync(connection, "SHOW port"))!, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Inserts a row as soon as a borrower can. The result is the errors before.</summary>
    protected static async Task<List<string>> WriteAsync(ConnectionPool pool, TimeSpan within)
    {
        var errors = new List<string>();
        for (var end = DateTime.UtcNow + within; ;)
        {
            try
            {
                await using var connection = await pool.GetConnAsync();
                await ExecuteAsync(connection, "INSERT INTO written DEFAULT VALUES");
                return errors;
            }
            catch (System.Data.Common.DbException error) when (DateTime.UtcNow < end)
            {
                errors.Add(error.Message);
            }
        }
    }

    protected static int PortOf(PostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    protected static Task RunAsync(PostgresServer server, string sql) => RunAsync(server.ConnectionString, sql);

    protected static async Task RunAsync(string connectionString, string sql)
    {
        await using var admin = new NpgsqlConnection($"{connectionString};Pooling=false");
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand(sql, admin);
        await command.ExecuteNonQueryAsync();
    }

    protected async Task<PostgresServer> StartPrimaryAsync()
    {
        var primary = await StartServerAsync(new PostgresServerOptions { AlwaysThrowaway = true });
        await RunAsync(primary, "CREATE TABLE written (id int GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now())");
        return primary;
    }
}
