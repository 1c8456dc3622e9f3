using Npgsql;

namespace ActorPool.Telemetry;

/// <summary>The attributes of the OpenTelemetry conventions that name a pool's database. Read from the connection string when the first measurement needs them.</summary>
internal sealed class DatabaseTags(KeyValuePair<string, object?> pool, string connectionString)
{
    private const int DefaultPort = 5432;

    private KeyValuePair<string, object?>[]? _all;

    /// <summary>The pool's name, the system, the database, the host, and the port unless it is the default.</summary>
    public ReadOnlySpan<KeyValuePair<string, object?>> All => _all ??= Read();

    private KeyValuePair<string, object?>[] Read()
    {
        var tags = new List<KeyValuePair<string, object?>> { pool, new("db.system.name", "postgresql") };
        NpgsqlConnectionStringBuilder text;
        try
        {
            text = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException)
        {
            // The connections of such a pool are not the driver's.
            return [.. tags];
        }

        // As the server does, without a database.
        if ((text.Database ?? text.Username) is { } database)
            tags.Add(new("db.namespace", database));
        if (text.Host is { } host)
            tags.Add(new("server.address", host));
        if (text.Host is not null && text.Port != DefaultPort)
            tags.Add(new("server.port", text.Port));
        return [.. tags];
    }
}
