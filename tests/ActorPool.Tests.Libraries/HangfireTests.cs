using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using Dapper;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace ActorPool.Tests.Libraries;

/// <summary>Hangfire's storage takes Npgsql's own connections: it stays beside the pool, with few connections. Its jobs use the pool.</summary>
public sealed class HangfireTests : LibraryTest
{
    [Fact]
    public async Task A_job_uses_the_pool()
    {
        await ExecuteAsync("CREATE TABLE done (n int)");
        Jobs.Source = DataSource;
        var connectionString = ConnectionString;
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) };

        var connections = new NpgsqlConnectionFactory($"{connectionString};Maximum Pool Size=5", options);
        var storage = new PostgreSqlStorage(connections, options);

        var client = new BackgroundJobClient(storage);
        using (var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 2, ShutdownTimeout = TimeSpan.FromSeconds(5) }, storage))
        {
            for (var n = 1; n <= 5; n++)
            {
                var job = n;
                client.Enqueue(() => Jobs.WorkAsync(job));
            }

            await EventuallyAsync(async () => (long)(await ScalarAsync("SELECT count(*) FROM done"))! == 5, "five jobs have run", TimeSpan.FromSeconds(20));
        }
    }

    /// <summary>Hangfire calls it by name, in another thread.</summary>
    public static class Jobs
    {
        internal static DbDataSource? Source { get; set; }

        public static async Task WorkAsync(int n)
        {
            await using var connection = Source!.CreateConnection();
            await connection.ExecuteAsync("INSERT INTO done VALUES (@n)", new { n });
        }
    }
}
