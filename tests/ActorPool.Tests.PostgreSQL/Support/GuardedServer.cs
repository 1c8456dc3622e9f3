using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>One server for all tests of the project that asks one role for its password, unlike the other throwaway servers.</summary>
internal static class GuardedServer
{
    public const string Role = "guarded";
    public const string Password = "another";

    private static readonly Lazy<Task<PostgresServer>> Started = new(StartAsync);

    /// <summary>The connection string of a role that needs no password.</summary>
    public static async Task<string> ConnectionStringAsync() => (await Started.Value).ConnectionString;

    private static async Task<PostgresServer> StartAsync()
    {
        // The server may run as another user, who must be able to read the file.
        var rules = Directory.CreateTempSubdirectory("actorpool-hba-").FullName;
        var file = Path.Combine(rules, "pg_hba.conf");
        await File.WriteAllTextAsync(file, $"host all {Role} all scram-sha-256\nhost all all all trust\n");
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            File.SetUnixFileMode(rules, ForAll | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(file, ForAll | UnixFileMode.UserWrite);
        }

        var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, Settings = new Dictionary<string, string> { ["hba_file"] = file } });
        Directory.Delete(rules, recursive: true);
        await using var admin = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE ROLE {Role} LOGIN PASSWORD '{Password}'", admin);
        await create.ExecuteNonQueryAsync();
        return server;
    }
}
