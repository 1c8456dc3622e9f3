using System.Data;
using System.Data.Common;
using ActorPool.AdoNet;
using ActorPool.DataSources;
using ActorPool.Errors;
using ActorPool.Leases;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool;

/// <summary>
/// The pool as a <see cref="DbDataSource"/>, which .NET libraries accept: EF Core, Dapper, Quartz.NET and others run on it. Opening one of its
/// connections borrows from the pool, and closing it returns. A connection can be opened again.
/// </summary>
/// <remarks>
/// <para>Opening waits as <see cref="IConnectionPool.GetConnAsync(object?, CancellationToken, string?, int)"/> does, and throws the same
/// errors. A command that outlives the close of its connection throws <see cref="PoolErrorKind.NotCheckedOut"/> until the connection is open
/// again. A batch of the data source itself borrows for each run. The connections implement <see cref="IPooledDbConnection"/>.</para>
/// <para>A command of the data source itself (<c>CreateCommand</c>) is told to a pool with actors as a statement: it needs no connection of its own. Its reader
/// is returned when all rows are in memory. For a large result open a connection, or read with <see cref="CommandBehavior.SequentialAccess"/>, which borrows
/// one. Several statements in one text, stored procedures, output parameters, and schema or key information also borrow. So does every command on a pool
/// without actors.</para>
/// <para>The data source may be used from any thread. Disposing it does not end the pool: its open connections go on, and another open throws an
/// <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class PooledDataSource : DbDataSource
{
    private readonly GetConn? _request;
    private readonly ILendingPool? _lending;
    private readonly IStatementPool? _statements;
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
        _statements = pool as IStatementPool;
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

    /// <summary>The time-out of a command of the data source, in seconds; 0 is for ever.</summary>
    internal int CommandTimeout => OwnTimeout ?? (_lending!.Settings.Pipeline.Timeout is var time && time == Timeout.InfiniteTimeSpan ? 0 : (int)Math.Ceiling(time.TotalSeconds));

    // The connection string's, if it names one.
    private int? OwnTimeout => Target.ShouldSerialize("Command Timeout") ? Target.CommandTimeout : null;

    /// <summary>Tells the pool a statement; only of a pool that runs statements.</summary>
    internal ValueTask<T> RunAsync<T>(Statement statement, StatementResult<T> result, int? timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (StatementRule.Problem(statement, hasKey: _request is not null) is { } problem)
            throw StatementFailures.Refused(_lending!.Settings.Name, (problem.What, "Open a connection of the data source (OpenConnectionAsync) and run it there.")).ToException();
        TimeSpan? time = (timeout ?? OwnTimeout) switch { null => null, 0 => Timeout.InfiniteTimeSpan, var seconds => TimeSpan.FromSeconds(seconds.Value) };
        return _statements!.RunAsync([statement], result, _request?.Key, time, repeatable: false, cancellationToken);
    }

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
    protected override DbCommand CreateDbCommand(string? commandText = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _statements is null ? base.CreateDbCommand(commandText) : new DataSourceCommand(this, commandText);
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
