namespace ActorPool.ThrowawayPostgres;

/// <summary>The options of a server. The defaults suit tests and demos.</summary>
public sealed record PostgresServerOptions
{
    private readonly int _maxServerConnections = 100;

    /// <summary>
    /// The connection string of an existing server to use instead of a throwaway one; goes before
    /// <see cref="PostgresServer.EnvironmentVariable"/>. Default: null, that is none. The other options do not
    /// touch an existing server.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>Ignores the environment variable and starts a throwaway server, for callers that stop and start it. Default: false.</summary>
    public bool AlwaysThrowaway { get; init; }

    /// <summary>Receives a line of text during long work: the download of PostgreSQL. Default: the standard error stream.</summary>
    public Action<string> Progress { get; init; } = Console.Error.WriteLine;

    /// <summary>The server's <c>max_connections</c>, all of them free for use (none is reserved). Default: 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int MaxServerConnections
    {
        get => _maxServerConnections;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maxServerConnections = value;
        }
    }

    /// <summary>
    /// It listens on a Unix socket as well (<see cref="PostgresServer.UnixSocketConnectionString"/>); not on Windows. Default: false.
    /// </summary>
    public bool UnixSocket { get; init; }

    /// <summary>
    /// Further settings of the server by name, as in <c>postgresql.conf</c>, for example <c>log_min_messages</c>.
    /// They go before those made for speed; the port, the addresses and the connection limit stay as they are.
    /// Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
