using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ActorPool.AdoNet;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.DataSources;

/// <summary>A command of the data source itself: it is told to the pool as a statement, and its rows are read in full before the reader is returned.</summary>
/// <remarks>
/// What one statement cannot be runs on a connection that is opened for the run: several statements in one text, stored procedures, output parameters,
/// schema and key information, and sequential access, which is for results too large for memory.
/// </remarks>
[SuppressMessage("Security", "CA2100", Justification = "The text is the caller's.")]
internal sealed class DataSourceCommand : DbCommand
{
    private const CommandBehavior OnConnection = CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo | CommandBehavior.SequentialAccess;

    private readonly PooledDataSource _source;

    // It holds the text and the parameters. On a connection it is also what runs.
    private readonly DbCommand _driver;
    private int? _timeout;
    private volatile CancellationTokenSource? _told;
    private volatile PooledCommand? _leased;

    public DataSourceCommand(PooledDataSource source, string? text)
    {
        (_source, _driver) = (source, source.Driver.CreateCommand()!);
        _driver.CommandText = text;
    }

    [AllowNull]
    public override string CommandText
    {
        get => _driver.CommandText;
        set => _driver.CommandText = value;
    }

    /// <summary>In seconds, from the call on; 0 is for ever. Default: that of the connection string, else <c>pipeline.timeout</c>.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? _source.CommandTimeout;
        set => _timeout = _driver.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => _driver.CommandType;
        set => _driver.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource
    {
        get => _driver.UpdatedRowSource;
        set => _driver.UpdatedRowSource = value;
    }

    protected override DbConnection? DbConnection
    {
        get => throw NotHere(nameof(Connection));
        set => throw NotHere(nameof(Connection));
    }

    protected override DbTransaction? DbTransaction
    {
        get => throw NotHere(nameof(Transaction));
        set => throw NotHere(nameof(Transaction));
    }

    protected override DbParameterCollection DbParameterCollection => _driver.Parameters;

    public override int ExecuteNonQuery() => ToTell() is { } statement
        ? Wait(TellAsync(statement, RowsAffected.Instance, default))
        : OneRun.On(Lease(), _leased!.ExecuteNonQuery);

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => ToTell() is { } statement
        ? TellAsync(statement, RowsAffected.Instance, cancellationToken)
        : OneRun.OnAsync(Lease(), _leased!.ExecuteNonQueryAsync, cancellationToken);

    public override object? ExecuteScalar() => ToTell() is { } statement
        ? Wait(TellAsync(statement, new FirstValue(), default))
        : OneRun.On(Lease(), _leased!.ExecuteScalar);

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) => ToTell() is { } statement
        ? TellAsync(statement, new FirstValue(), cancellationToken)
        : OneRun.OnAsync(Lease(), _leased!.ExecuteScalarAsync, cancellationToken);

    /// <summary>No effect: no session belongs to the command. The driver prepares a text that is told often, with <c>Max Auto Prepare</c> in the connection string.</summary>
    public override void Prepare()
    {
    }

    /// <summary>Cancels the run that is in flight, which throws an <see cref="OperationCanceledException"/>. Without one it has no effect, as ADO.NET demands.</summary>
    public override void Cancel()
    {
        _leased?.Cancel();
        try
        {
            _told?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has just ended.
        }
    }

    protected override DbParameter CreateDbParameter() => _driver.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        if (ToTell(behavior) is { } statement)
            return Wait(TellAsync(statement, RowsFor(behavior), default));
        Lease().Open();
        return _leased!.ExecuteReader(behavior | CommandBehavior.CloseConnection);
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        if (ToTell(behavior) is { } statement)
            return await TellAsync(statement, RowsFor(behavior), cancellationToken).ConfigureAwait(false);
        await Lease().OpenAsync(cancellationToken).ConfigureAwait(false);
        return await _leased!.ExecuteReaderAsync(behavior | CommandBehavior.CloseConnection, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _driver.Dispose();
        base.Dispose(disposing);
    }

    private static BufferedRows RowsFor(CommandBehavior behavior) => new(firstOnly: (behavior & CommandBehavior.SingleRow) != 0);

    private static T Wait<T>(Task<T> run) => run.GetAwaiter().GetResult();

    /// <summary>The command as a statement; null when it needs a connection.</summary>
    private Statement? ToTell(CommandBehavior behavior = CommandBehavior.Default)
    {
        var parameters = _driver.Parameters;
        if (CommandType != CommandType.Text || (behavior & OnConnection) != 0 || HasOutput(parameters) || TextToTell() is not { } text)
            return null;
        var values = parameters.Count == 0 ? [] : new StatementParameter[parameters.Count];
        for (var index = 0; index < values.Length; index++)
            values[index] = new DriverParameter((NpgsqlParameter)parameters[index]);
        return Statement.Of(text, values);
    }

    /// <summary>Null for several statements, and for a text that is none: the driver and the server know what to say of it.</summary>
    private StatementText? TextToTell()
    {
        try
        {
            // In a command of a batch, where it is told, the driver accepts no semicolon beside named parameters.
            var text = StatementText.Of(CommandText.TrimEnd(';', ' ', '\t', '\r', '\n'));
            return text.Kind == TextKind.Several ? null : text;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool HasOutput(DbParameterCollection parameters)
    {
        foreach (DbParameter parameter in parameters)
        {
            if (parameter.Direction != ParameterDirection.Input)
                return true;
        }

        return false;
    }

    /// <summary>The connection for a run that is not told; the caller opens it and closes it.</summary>
    private DbConnection Lease()
    {
        var connection = _source.CreateConnection();
        _leased = new PooledCommand(_driver, connection);
        return connection;
    }

    private async Task<T> TellAsync<T>(Statement statement, StatementResult<T> result, CancellationToken cancellationToken)
    {
        using var told = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _told = told;
        try
        {
            return await _source.RunAsync(statement, result, _timeout, told.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(canceled.Message, canceled, cancellationToken);
        }
        finally
        {
            Interlocked.CompareExchange(ref _told, null, told);
        }
    }

    private static NotSupportedException NotHere(string member) => new(
        $"A command of the data source uses any connection of the pool, so {member} is not supported. Open a connection of the data source (OpenConnectionAsync) and make the command there.");
}
