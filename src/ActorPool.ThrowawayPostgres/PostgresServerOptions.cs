using System.Globalization;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The options of a server. The defaults suit tests and demos.</summary>
public sealed record PostgresServerOptions
{
    private readonly int _maxServerConnections = 100;
    private readonly int? _version;
    private readonly int _port;
    private readonly string _locale = "C";
    private readonly Action<string> _progress = Console.Error.WriteLine;
    private readonly IReadOnlyDictionary<string, string> _settings = new Dictionary<string, string>();

    /// <summary>
    /// The connection string of an existing server to use instead of a throwaway one; goes before
    /// <see cref="PostgresServer.EnvironmentVariable"/>. Default: null, that is none. The other options do not
    /// change an existing server.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>Ignores the environment variable and starts a throwaway server, for tests that stop and start it. Default: false.</summary>
    public bool AlwaysThrowaway { get; init; }

    /// <summary>
    /// The major version, for example 17. Default: null, that is the first version found: on the PATH, then in the usual install folders
    /// from the newest on. An existing server must have this version, too.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 13.</exception>
    public int? Version
    {
        get => _version;
        init
        {
            if (value is { } version)
                ArgumentOutOfRangeException.ThrowIfLessThan(version, 13, nameof(value));
            _version = value;
        }
    }

    /// <summary>Receives a line of text during long work: the download of PostgreSQL. Default: the standard error stream.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public Action<string> Progress
    {
        get => _progress;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _progress = value;
        }
    }

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
    /// The port on 127.0.0.1. Default: 0, that is a free one, which suits tests that run at the same time. With a port that is in use the
    /// start fails.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0 or more than 65535.</exception>
    public int Port
    {
        get => _port;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65535);
            _port = value;
        }
    }

    /// <summary>
    /// It listens on a Unix socket as well (<see cref="PostgresServer.UnixSocketConnectionString"/>); not on Windows. Default: false.
    /// </summary>
    public bool UnixSocket { get; init; }

    /// <summary>
    /// The locale of the databases, one that the machine has, for example <c>C.UTF-8</c> or <c>en_US.UTF-8</c>. Default: <c>C</c>, which every
    /// machine has: text is sorted by code point, and <c>lower</c>, <c>upper</c> and <c>ILIKE</c> change the letters A to Z alone. The encoding
    /// is UTF-8 in any case.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string Locale
    {
        get => _locale;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            _locale = value;
        }
    }

    /// <summary>
    /// Further settings of the server by name, as in <c>postgresql.conf</c>, for example <c>log_statement</c> or
    /// <c>shared_preload_libraries</c>. They go before those made for speed; the port, the addresses, the connection limit and the place of
    /// the log stay as they are. Default: none.
    /// </summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public IReadOnlyDictionary<string, string> Settings
    {
        get => _settings;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _settings = value;
        }
    }

    /// <summary>The options for a log. A connection string may contain a password: only whether there is one is shown.</summary>
    public override string ToString() =>
        $"{nameof(PostgresServerOptions)} {{ {nameof(ConnectionString)} = {(ConnectionString is null ? "none" : "given")}, {nameof(AlwaysThrowaway)} = {AlwaysThrowaway}, "
        + $"{nameof(Version)} = {Version?.ToString(CultureInfo.InvariantCulture) ?? "any"}, {nameof(MaxServerConnections)} = {MaxServerConnections}, {nameof(Port)} = {Port}, "
        + $"{nameof(UnixSocket)} = {UnixSocket}, {nameof(Locale)} = {Locale}, {nameof(Settings)} = {string.Join(", ", Settings.Keys)} }}";
}
