using Npgsql;

namespace ActorPool.Driver;

/// <summary>The kind of a session. The server reports it when it accepts a connection (PostgreSQL 14 and later), or answers a query for it.</summary>
internal enum SessionKind
{
    ReadWrite,

    /// <summary>On a primary, with <c>default_transaction_read_only</c>.</summary>
    ReadOnly,

    Standby,
}

/// <summary>The keyword <c>Target Session Attributes</c>: which sessions a pool wants. The values mean what they mean in libpq.</summary>
internal sealed class SessionTarget
{
    /// <summary>For servers that do not report their kind: whether it is a standby, and whether transactions are read-only by default.</summary>
    public const string Question = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only') OPERATOR(pg_catalog.=) 'on'";

    /// <summary>Whether the session itself, not its server, made it read-only or read-write.</summary>
    public const string SetByBorrower = """
        SELECT NOT pg_catalog.pg_is_in_recovery() AND EXISTS (
            SELECT FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'default_transaction_read_only' AND source OPERATOR(pg_catalog.=) 'session')
        """;

    private SessionTarget(string wanted) => Wanted = wanted;

    /// <summary>As in the connection string: <c>read-write</c>, <c>prefer-standby</c> ...</summary>
    public string Wanted { get; }

    /// <summary>Any session will do when no host gives one of the wanted kind.</summary>
    public bool IsPreference => Wanted.StartsWith("prefer-", StringComparison.Ordinal);

    /// <summary>Null when any session will do.</summary>
    public static SessionTarget? Of(string? keyword) => keyword is null or "any" ? null : new SessionTarget(keyword);

    public bool Fits(SessionKind kind) => Wanted switch
    {
        "read-write" => kind == SessionKind.ReadWrite,
        "read-only" => kind != SessionKind.ReadWrite,
        "primary" or "prefer-primary" => kind != SessionKind.Standby,
        _ => kind == SessionKind.Standby,
    };

    /// <summary>The kind that the server has reported for an open session; null when it does not report it.</summary>
    public static SessionKind? Reported(NpgsqlConnection connection)
    {
        var parameters = connection.PostgresParameters;
        return parameters.TryGetValue("in_hot_standby", out var standby) && parameters.TryGetValue("default_transaction_read_only", out var readOnly)
            ? KindOf(standby == "on", readOnly == "on")
            : null;
    }

    public static SessionKind KindOf(bool standby, bool readOnly) =>
        standby ? SessionKind.Standby : readOnly ? SessionKind.ReadOnly : SessionKind.ReadWrite;

    /// <summary>Why a session of this kind will not do.</summary>
    public string Mismatch(SessionKind kind) =>
        $"The server is {(kind switch { SessionKind.Standby => "a standby", SessionKind.ReadOnly => "a read-only primary", _ => "a primary" })}, and Target Session Attributes asks for {Wanted}.";
}
