using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>The ways to miss a server.</summary>
internal static class WrongServer
{
    public const string Secret = "hunter2-recognisable";

    /// <summary>Each mistake, and the word for it that the error must contain.</summary>
    public static IEnumerable<(string What, Action<NpgsqlConnectionStringBuilder> Spoil, string Word)> All =>
    [
        ("the password", text => text.Username = GuardedServer.Role, GuardedServer.Role),
        ("no password", text => (text.Username, text.Password) = (GuardedServer.Role, null), GuardedServer.Role),
        ("the role", text => text.Username = "no_such_role", "no_such_role"),
        ("the database", text => text.Database = "no_such_database", "no_such_database"),
        ("the port", text => text.Port = 1, "127.0.0.1:1"),
        ("the host", text => text.Host = "no-such-host.invalid", "no-such-host.invalid"),
        ("the host and the port", text => (text.Host, text.Port) = ("127.0.0.77", 9), "127.0.0.77:9"),
    ];

    public static string Spoiled(string server, string what)
    {
        var text = new NpgsqlConnectionStringBuilder(server) { Password = Secret, PersistSecurityInfo = true, IncludeErrorDetail = true };
        All.Single(wrong => wrong.What == what).Spoil(text);
        return text.ConnectionString;
    }
}
