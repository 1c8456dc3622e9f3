using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>A server that asks one role for its password, and the ways to miss it.</summary>
internal static class WrongServer
{
    public const string Secret = "hunter2-recognisable";

    private const string Guarded = "guarded";

    /// <summary>Asks for a password, unlike the throwaway servers of the other tests.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        // The server may run as another user, who must be able to read it.
        var rules = Directory.CreateTempSubdirectory("actorpool-hba-").FullName;
        var file = Path.Combine(rules, "pg_hba.conf");
        await File.WriteAllTextAsync(file, $"host all {Guarded} all scram-sha-256\nhost all all all trust\n");
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            File.SetUnixFileMode(rules, ForAll | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(file, ForAll | UnixFileMode.UserWrite);
        }

        var server = await PostgresServer.StartAsync(new PostgresServerOptions { Settings = new Dictionary<string, string> { ["hba_file"] = file } });
        Directory.Delete(rules, recursive: true);
        await using var admin = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE ROLE {Guarded} LOGIN PASSWORD 'another'", admin);
        await create.ExecuteNonQueryAsync();
        return server;
    }

    /// <summary>What is wrong, and the word for it that an error must have.</summary>
    public static IEnumerable<(string What, Action<NpgsqlConnectionStringBuilder> Spoil, string Word)> All =>
    [
        ("the password", text => text.Username = Guarded, Guarded),
        ("no password", text => (text.Username, text.Password) = (Guarded, null), Guarded),
        ("the role", text => text.Username = "no_such_role", "no_such_role"),
        ("the database", text => text.Database = "no_such_database", "no_such_database"),
        ("the port", text => text.Port = 1, "127.0.0.1:1"),
        ("the host", text => text.Host = "no-such-host.invalid", "no-such-host.invalid"),
        ("the host and the port", text => (text.Host, text.Port) = ("127.0.0.77", 9), "127.0.0.77:9"),
    ];

    public static string Spoiled(PostgresServer server, string what)
    {
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = Secret, PersistSecurityInfo = true, IncludeErrorDetail = true };
        All.Single(wrong => wrong.What == what).Spoil(text);
        return text.ConnectionString;
    }
}
