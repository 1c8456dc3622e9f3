using System.Data.Common;
using ActorPool.AdoNet;
using ActorPool.DataSources;
using ActorPool.Leases;
using Npgsql;

namespace ActorPool;

/// <summary>
/// The pool as a <see cref="DbDataSource"/>, which .NET libraries accept: EF Core, Dapper, Quartz.NET and others run on it. Opening one of its
/// connections borrows from the pool, and closing it returns. A connection can be opened again.
/// </summary>
/// <remarks>
/// <para>Opening waits as <see cref="IConnectionPool.GetConnAsync(object?, CancellationToken, string?, int)"/> does, and throws the same
/// errors. A command that outlives the close of its connection throws <see cref="PoolErrorKind.NotCheckedOut"/> until the connection is open
/// again. A command or batch of the data source itself borrows for each run. The connections implement <see cref="IPooledDbConnection"/>.</para>
/// <para>The data source may be used from any thread. Disposing it does not end the pool: its open connections go on, and another open throws an
/// <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class PooledDataSource : DbDataSource
{
    private readonly GetConn? _request;
    private readonly ILendingPool? _lending;
    private NpgsqlConnectionStringBuilder? _target;
    private bool? _warnsOfLeaks;
    private volatile bool _isDisposed;

    /// <summary>Makes a data source of a pool.</summary>
    /// <param name="pool">The pool that its connections are borrowed from.</param>
    /// <param name="key">
    /// Null for connections without a key. With a key, its connections use the key's session one at a time, under either setting of
    /// <c>key-sharing</c>: a second open waits until the first connection is closed. See <see cref="GetConn.Exclusive"/>.
    /// </param>
    /// <exception cref="ArgumentException">The key is a cancellation token or a time span: an argument in the wrong place.</exception>
    public PooledDataSource(IConnectionPool pool, object? key = null)
    {
        ArgumentNullException.ThrowIfNull(pool);
        Pool = pool;
        _lending = pool as ILendingPool;
        _request = key is null ? null : new GetConn(key) { Exclusive = true };
    }

    /// <summary>The pool that its connections are borrowed from.</summary>
    public IConnectionPool Pool { get; }

    /// <summary>The pool's connection string without its secrets; empty for a pool of another implementation.</summary>
    public override string ConnectionString => _lending?.ConnectionString ?? "";

    internal PooledProviderFactory Factory => field ??= new PooledProviderFactory(Driver, CreateConnection);

    internal DbProviderFactory Driver => _lending?.Driver ?? NpgsqlFactory.Instance;

    /// <summary>How long an open may wait, for <see cref="DbConnection.ConnectionTimeout"/>.</summary>
    internal TimeSpan AcquireTimeout => _lending?.Settings.AcquireTimeout ?? Timeout.InfiniteTimeSpan;

    internal bool IgnoresAmbientTransactions => _lending?.Settings.AmbientTransactions == AmbientTransactions.Ignore;

    /// <summary>Where the connections go, as far as the connection string tells it.</summary>
    internal NpgsqlConnectionStringBuilder Target => _target ??= ConnectionTarget.Of(ConnectionString);

    internal ValueTask<PooledConnection> BorrowAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var (file, line) = OpeningPlace.Find(_warnsOfLeaks ??= _lending?.Settings.LeakWarningAfter is not null);
        return Pool.GetConnAsync(_request, cancellationToken, file, line);
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new ConnectionAsNpgsql.NpgsqlConnection(this);
    }

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new DataSourceBatch(CreateConnection());

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }
}
