using ActorPool.Driver.Internals;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>The data source of a pool: a given one, or one built from the connection string; always without the driver's pooling.</summary>
internal sealed class NpgsqlSource : IConnectionSource
{
    // The driver counts in whole seconds, up to this number.
    private const int LongestDriverTimeout = 1024;

    // The longest time of a platform timer is about 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private static readonly string[] PoolingKeywords =
        ["Minimum Pool Size", "Maximum Pool Size", "Connection Idle Lifetime", "Connection Pruning Interval", "Connection Lifetime", "No Reset On Close", "Multiplexing"];

    private const string CannotSeparate = "the answers to several statements cannot be read one by one, so that each is sent alone";

    // Whether several statements can be sent together.
    private const int NotTried = 0;
    private const int BeingTried = 1;
    private const int Works = 2;

    private readonly bool _owned;
    private readonly PoolSettings _settings;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NpgsqlInternals? _internals;
    private StatementInternals? _statements;
    private int _verified;
    private int _pipelining;

    private NpgsqlSource(HostList hosts, string text, bool owned, PoolSettings settings, NpgsqlInternals? internals, string? limitation)
    {
        Hosts = hosts;
        _owned = owned;
        _settings = settings;
        _internals = internals;
        _statements = internals is null ? null : StatementInternals.Known;
        Limitation = limitation ?? (_statements is null && internals is not null ? NpgsqlInternals.Unknown(CannotSeparate) : null);
        KeepsAlive = new NpgsqlConnectionStringBuilder(text).KeepAlive > 0;
        Server = PoolSettingsText.Server(text);
        Retired = new RetiredSessions(settings.RetireOn, hosts.Target);
        ConnectionString = PoolSettingsText.WithoutSecrets(text);
        MayHangLoggedIn = !owned && hosts.All.Any(host => OpenCallbacks.MayHangLoggedIn(host.Source));
    }

    /// <summary>Where connections are opened.</summary>
    public HostList Hosts { get; }

    /// <summary>The driver's internals; null when the pool uses the public API alone.</summary>
    public NpgsqlInternals? Internals => _internals;

    /// <summary>The internals for statements told to the pool; null when each is sent alone.</summary>
    public StatementInternals? Statements => _internals is null ? null : _statements;

    /// <summary>The driver sends keep-alive messages on idle connections (<c>Keepalive</c> of the connection string).</summary>
    public bool KeepsAlive { get; }

    /// <summary>Which errors make a session unusable.</summary>
    public RetiredSessions Retired { get; }

    /// <summary>An open that hangs may have logged in; the server does not end such a session by itself.</summary>
    public bool MayHangLoggedIn { get; }

    /// <summary>Complete when the pool is over.</summary>
    public Task Over => _over.Task;

    public string Server { get; }

    public string ConnectionString { get; }

    public string? Limitation { get; private set; }

    public TimeSpan Timeout => _settings.ConnectTimeout < LongestTimer ? _settings.ConnectTimeout : LongestTimer;

    /// <exception cref="ArgumentException">There is neither a connection string nor a data source, or both, or the data source pools.</exception>
    public static NpgsqlSource Create(PoolSettings settings) => Create(settings, NpgsqlInternals.TryCreate(out var missing), missing);

    /// <param name="settings">The pool's settings.</param>
    /// <param name="internals">Null to use the public API alone.</param>
    /// <param name="limitation">Why there are no internals.</param>
    /// <param name="hosts">The hosts of the given data source; null to find them in it.</param>
    public static NpgsqlSource Create(PoolSettings settings, NpgsqlInternals? internals, string? limitation = null, HostList? hosts = null)
    {
        if (settings.DataSource is { } given)
        {
            if (settings.ConfigureDataSource is not null)
                throw new ArgumentException("DataSource and ConfigureDataSource cannot both be set: configure the data source before you give it to the pool.");
            if (new NpgsqlConnectionStringBuilder(given.ConnectionString).Pooling)
                throw new ArgumentException("The given DataSource pools connections itself, and that pool would hide the connections from this one. Build it with 'Pooling=false'.");
            RefuseHost(new NpgsqlConnectionStringBuilder(given.ConnectionString), nameof(settings.DataSource));
            return new NpgsqlSource(hosts ?? HostList.Of(given), given.ConnectionString, owned: false, settings, internals, limitation);
        }

        var text = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        Unpool(text, settings.ConnectTimeout);
        var builder = new NpgsqlDataSourceBuilder(text.ConnectionString) { Name = settings.Name };
        Configure(settings, builder);
        RefuseHost(builder.ConnectionStringBuilder, nameof(settings.ConfigureDataSource));
        if (string.IsNullOrEmpty(builder.ConnectionStringBuilder.Host))
            throw new ArgumentException("The pool has no server to connect to: set connection-string (it needs at least 'Host=...'), or DataSource in code.");
        // Each host gets its share of the time, so that the next one can be tried as well.
        Unpool(builder.ConnectionStringBuilder, settings.ConnectTimeout / HostList.CountIn(builder.ConnectionStringBuilder));
        OpenCallbacks.Bound(builder);
        var whole = builder.ConnectionStringBuilder.ConnectionString;
        return new NpgsqlSource(HostList.Build(builder), whole, owned: true, settings, internals, limitation);
    }

    /// <summary>Runs ConfigureDataSource. An error of the driver about the connection string is reworded, since it may quote a secret.</summary>
    private static void Configure(PoolSettings settings, NpgsqlDataSourceBuilder builder)
    {
        try
        {
            settings.ConfigureDataSource?.Invoke(builder);
        }
        catch (ArgumentException error) when (ConnectionStringText.Problem(error) is { } problem)
        {
            throw new ArgumentException($"The connection string that ConfigureDataSource sets {problem}");
        }
    }

    private static void RefuseHost(NpgsqlConnectionStringBuilder text, string where)
    {
        if (ConnectionStringText.ProblemOfHost(text.Host) is { } problem)
            throw new ArgumentException($"The connection string of {where} cannot be right. {problem}");
    }

    public IPhysicalConnection Create() => new NpgsqlPhysicalConnection(Hosts.First.Source.CreateConnection(), this, _settings);

    /// <summary>Makes a connection that is opened at this host only.</summary>
    public IPhysicalConnection CreateAt(ServerHost host) => new NpgsqlPhysicalConnection(host.Source.CreateConnection(), this, _settings) { Only = host };

    public void EndWaiting() => _over.TrySetResult();

    /// <summary>Checks once, on the first open connection, that the internals still mean the same.</summary>
    public void VerifyInternals(NpgsqlConnection connection)
    {
        if (Interlocked.Exchange(ref _verified, 1) == 0 && _internals?.Verify(connection) == false)
        {
            _internals = null;
            Limitation = NpgsqlInternals.Unknown("their values on an open connection are not the expected ones");
        }
    }

    /// <summary>
    /// Whether several statements can be sent together. Tried once for the pool, by a round trip on the first connection that has several to send. Until the
    /// result is known each is sent alone.
    /// </summary>
    public async ValueTask<bool> CanPipelineAsync(NpgsqlConnection connection)
    {
        if (Volatile.Read(ref _pipelining) == Works)
            return true;
        if (Statements is not { } internals || Interlocked.CompareExchange(ref _pipelining, BeingTried, NotTried) != NotTried)
            return false;
        var works = await internals.VerifyAsync(connection).ConfigureAwait(false);
        if (works == false)
        {
            _statements = null;
            Limitation = NpgsqlInternals.Unknown(CannotSeparate);
            // The trial may have left a part of its answers unread.
            _internals?.Break(connection);
        }

        Volatile.Write(ref _pipelining, works == true ? Works : NotTried);
        return works == true;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_owned)
            return;
        foreach (var host in Hosts.All)
            await host.Source.DisposeAsync().ConfigureAwait(false);
    }

    private static void Unpool(NpgsqlConnectionStringBuilder text, TimeSpan timeout)
    {
        // By name: later versions of the driver have no property for some of them.
        foreach (var keyword in PoolingKeywords.Where(text.ContainsKey))
            text.Remove(keyword);
        text.Pooling = false;
        // A physical connection outlives the transaction that may be ambient while it is opened.
        text.Enlist = false;
        text.Timeout = (int)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, LongestDriverTimeout);
    }
}
