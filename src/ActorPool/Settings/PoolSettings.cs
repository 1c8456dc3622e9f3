using Akka.Configuration;
using Npgsql;

namespace ActorPool;

/// <summary>
/// The settings of a pool: one init property for each key of <c>hocon/reference.conf</c>, which has all defaults.
/// </summary>
/// <remarks>
/// "off" in HOCON is null here, "infinite" is <see cref="Timeout.InfiniteTimeSpan"/>. A value that is wrong by itself throws
/// <see cref="ArgumentException"/> at once; values that contradict each other throw when a pool is started with them.
/// </remarks>
public sealed partial record PoolSettings
{
    private PoolSettings()
    {
    }

    /// <summary>Settings with the defaults of <c>hocon/reference.conf</c> for everything else.</summary>
    /// <param name="connectionString">An Npgsql connection string; pooling is switched off in it.</param>
    /// <param name="minConnections">Connections opened at the start, psycopg2's <c>minconn</c>. At least 0.</param>
    /// <param name="maxConnections">The pool has at most this many backends at any time; psycopg2's <c>maxconn</c>. At least 1 and <paramref name="minConnections"/>.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or the string is not a connection string.</exception>
    public PoolSettings(string connectionString, int minConnections, int maxConnections)
        : this(PoolConfig.Defaults)
    {
        ConnectionString = connectionString;
        MinConnections = minConnections;
        MaxConnections = maxConnections;
    }

    /// <summary>Reads a section laid out as <c>akka.actor-pool</c>; missing keys have their defaults.</summary>
    /// <param name="config">The section itself, not its parent.</param>
    /// <exception cref="ConfigurationException">A key is unknown, or its value cannot be read or is out of range; names the key.</exception>
    public static PoolSettings Create(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var settings = PoolConfig.Read(config);
        return settings.MinConnections <= settings.MaxConnections
            ? settings
            : throw new ConfigurationException($"{PoolConfig.Path}.min-connections ({settings.MinConnections}) must not be above max-connections ({settings.MaxConnections}).");
    }

    /// <summary>
    /// The preset that answers as psycopg2's pool does, for every sequence of calls without a fault:
    /// the same connection, the same kind of error, the same number of open backends (<c>hocon/psycopg2.conf</c>).
    /// </summary>
    /// <inheritdoc cref="PoolSettings(string, int, int)"/>
    public static PoolSettings Psycopg2(string connectionString, int minConnections, int maxConnections) =>
        PoolConfig.Psycopg2 with
        {
            ConnectionString = connectionString,
            MinConnections = minConnections,
            MaxConnections = maxConnections,
        };

    /// <summary>
    /// A data source instead of the connection string. It must have <c>Pooling=false</c>. The pool never disposes it.
    /// </summary>
    public NpgsqlDataSource? DataSource { get; init; }

    /// <summary>Called with the builder that the pool makes from the connection string: rotating passwords, type mapping, TLS, logging.</summary>
    public Action<NpgsqlDataSourceBuilder>? ConfigureDataSource { get; init; }

    /// <summary>
    /// Called on every new physical connection before it is lent, and again after each full reset: type loading, session settings that all
    /// borrowers share. The full reset (<see cref="DiscardOnKeyChange"/>, <see cref="Reset"/>) undoes the settings of a session, so this hook
    /// runs again after it and must be able to run twice in one session. With this hook the reset is always a round trip: it is never prepended
    /// to the next command (<see cref="PrependReset"/>).
    /// Like all hooks it may take <see cref="ConnectTimeout"/>, does not block the pool, and must leave the connection idle. When a hook throws,
    /// or leaves a transaction or a reader open, its connection is discarded. On a new connection that is a failed open.
    /// </summary>
    /// <remarks>The driver's own <c>UsePhysicalConnectionInitializer</c> runs once, at the open: the full reset undoes what it set.</remarks>
    public Func<NpgsqlConnection, CancellationToken, Task>? Configure { get; init; }

    /// <summary>
    /// Called with the key before a key gets a session that is new for it, that is when <see cref="PooledConnection.IsNewSession"/> is true:
    /// <c>SET ROLE</c>, <c>search_path</c>, temp tables. When it fails, the requests that wait for that key get
    /// <see cref="PoolErrorKind.ConnectFailed"/> with its error inside.
    /// </summary>
    public Func<NpgsqlConnection, object, CancellationToken, Task>? InitializeSession { get; init; }

    /// <summary>Called after every return, before the connection is lent again. A transaction that was left open has been rolled back by then.</summary>
    public Func<NpgsqlConnection, CancellationToken, Task>? OnReturn { get; init; }

    /// <summary>
    /// Called each time before a connection is lent; psycopg_pool's <c>check</c>. When it throws, the pool tries the next connection at
    /// once.
    /// </summary>
    public Func<NpgsqlConnection, CancellationToken, Task>? Check { get; init; }

    /// <summary>Checks that the values do not contradict each other. Called at the start of a pool.</summary>
    internal void Validate()
    {
        if (MinConnections > MaxConnections)
            throw new ArgumentException($"min-connections ({MinConnections}) must not be above max-connections ({MaxConnections}).");
        if (Pipeline.Connections > MaxConnections)
            throw new ArgumentException($"pipeline.connections ({Pipeline.Connections}) must not be above max-connections ({MaxConnections}).");
        if (DataSource is not null && ConnectionString.Length > 0)
            throw new ArgumentException("ConnectionString and DataSource cannot both be set: give one of them.");
    }

    /// <summary>All settings on one line, without any secret.</summary>
    public override string ToString() => PoolSettingsText.Of(this);
}
