using Npgsql;

namespace ActorPool.DataSources;

/// <summary>Which server, database and user a connection string means. Libraries set one on each connection; it must mean the pool's.</summary>
internal static class ConnectionTarget
{
    /// <summary>The parsed string; an empty one for a string of another driver.</summary>
    public static NpgsqlConnectionStringBuilder Of(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    /// <summary>Whether both mean the same server, database and user. A secret that one of them lacks makes no difference.</summary>
    public static bool IsSame(NpgsqlConnectionStringBuilder one, NpgsqlConnectionStringBuilder other) =>
        one.Host == other.Host && one.Port == other.Port && one.Username == other.Username && DatabaseOf(one) == DatabaseOf(other);

    // Without a database the server takes the user's name.
    private static string? DatabaseOf(NpgsqlConnectionStringBuilder text) => text.Database ?? text.Username;
}
