using Npgsql;

namespace ActorPool.Driver;

/// <summary>The data source of a pool: the user's own, or one made of the connection string, always without the driver's pooling.</summary>
internal sealed class NpgsqlSource : IConnectionSource
{
    // The driver counts whole seconds, and no more than these.
    private const int LongestDriverTimeout = 1024;

    // Past about 49 days a timer of the platform refuses to be set.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private static readonly string[] PoolingKeywords =
        ["Minimum Pool Size", "Maximum Pool Size", "Connection Idle Lifetime", "Connection Pruning Interval", "Connection Lifetime", "No Reset On Close", "Multiplexing"];

    private readonly bool _owned;
    private readonly PoolSettings _settings;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NpgsqlInternals? _internals;
    private int _verified;

    private NpgsqlSource(HostList hosts, string text, bool owned, PoolSettings settings, NpgsqlInternals? internals, string? limitation)
    {
        Hosts = hosts;
        _owned = owned;
        _settings = settings;
        _internals = internals;
        Limitation = limitation;
        KeepsAlive = new NpgsqlConnectionStringBuilder(text).KeepAlive > 0;
        Server = PoolSettingsText.Server(text);
        Retired = new RetiredSessions(settings.RetireOn, hosts.Target);
        ConnectionString = PoolSettingsText.WithoutSecrets(text);
        MayHangLoggedIn = !owned && hosts.All.Any(host => OpenCallbacks.MayHangLoggedIn(host.Source));
    }

    /// <summary>Where connections are opened.</summary>
    public HostList Hosts { get; }

    /// <summary>The driver's internals; null when the pool has to do without.</summary>
    public NpgsqlInternals? Internals => _internals;

    /// <summary>The driver sends something on idle connections from time to time (<c>Keepalive</c> of the connection string).</summary>
    public bool KeepsAlive { get; }

    /// <summary>Which sessions are of no more use.</summary>
    public RetiredSessions Retired { get; }

    /// <summary>An open that is stuck may have a session, which the server does not end by itself.</summary>
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
    /// <param name="internals">Null to do without.</param>
    /// <param name="limitation">Why, when it has to.</param>
    /// <param name="hosts">Those of the given data source; null to look for them in it.</param>
    public static NpgsqlSource Create(PoolSettings settings, NpgsqlInternals? internals, string? limitation = null, HostList? hosts = null)
    {
        if (settings.DataSource is { } given)
        {
            if (settings.ConfigureDataSource is not null)
                throw new ArgumentException("DataSource and ConfigureDataSource exclude each other: configure the data source before it is given to the pool.");
            if (new NpgsqlConnectionStringBuilder(given.ConnectionString).Pooling)
                throw new ArgumentException("The given DataSource pools connections itself, and two pools behind each other hide one another's. Build it with 'Pooling=false'.");
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
        // A host has its part of the time: the next one is tried within it as well.
        Unpool(builder.ConnectionStringBuilder, settings.ConnectTimeout / HostList.CountIn(builder.ConnectionStringBuilder));
        OpenCallbacks.Bound(builder);
        var whole = builder.ConnectionStringBuilder.ConnectionString;
        return new NpgsqlSource(HostList.Build(builder), whole, owned: true, settings, internals, limitation);
    }

    /// <summary>The user's own errors are the user's; the driver's about its connection string may quote a value.</summary>
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

    /// <summary>One that is opened at this host and no other.</summary>
    public IPhysicalConnection CreateAt(ServerHost host) => new NpgsqlPhysicalConnection(host.Source.CreateConnection(), this, _settings) { Only = host };

    public void EndWaiting() => _over.TrySetResult();

    /// <summary>Looks once, on the first connection that opened, whether the internals mean what they are taken for.</summary>
    public void VerifyInternals(NpgsqlConnection connection)
    {
        if (Interlocked.Exchange(ref _verified, 1) == 0 && _internals?.Verify(connection) == false)
        {
            _internals = null;
            Limitation = NpgsqlInternals.Unknown("they mean something else on an open connection");
        }
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
        // By name: the driver's next version has no property for some of them.
        foreach (var keyword in PoolingKeywords.Where(text.ContainsKey))
            text.Remove(keyword);
        text.Pooling = false;
        // A physical connection outlives every ambient transaction of the moment in which it happens to be opened.
        text.Enlist = false;
        text.Timeout = (int)Math.Clamp(Math.Ceiling(timeout.TotalSeconds), 1, LongestDriverTimeout);
    }
}
