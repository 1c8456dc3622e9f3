using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace ActorPool.Tests.Testing.Support;

/// <summary>A connection as a test double is often written: no provider factory, and commands that belong to the connection that made them.</summary>
internal sealed class FakeConnection(int number = 0) : DbConnection
{
    private ConnectionState _state = ConnectionState.Closed;

    public int Number => number;

    public int Opens { get; private set; }

    public int Closes { get; private set; }

    /// <summary>Transactions that were rolled back or disposed without a commit.</summary>
    public int Rollbacks { get; set; }

    /// <summary>It opens and does not tell so.</summary>
    public bool HidesItsState { get; init; }

    /// <summary>Runs while it opens.</summary>
    public Action? Opening { get; init; }

    /// <summary>Runs a command, in place of the server.</summary>
    public Func<string, int>? Running { get; set; }

    [AllowNull]
    public override string ConnectionString { get; set; } = "fake";

    public override string Database => "fake";

    public override string DataSource => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public override string ServerVersion => "0";

    public override ConnectionState State => _state;

    public override void Open()
    {
        Opening?.Invoke();
        Opens++;
        if (!HidesItsState)
            _state = ConnectionState.Open;
    }

    public override void Close()
    {
        Closes++;
        _state = ConnectionState.Closed;
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new FakeTransaction(this);

    protected override DbCommand CreateDbCommand() => new FakeCommand(this);
}

/// <summary>Ends once; without a commit that is a rollback.</summary>
internal sealed class FakeTransaction(FakeConnection connection) : DbTransaction
{
    private bool _isOver;

    public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

    protected override DbConnection DbConnection => connection;

    public override void Commit() => _isOver = true;

    public override void Rollback()
    {
        if (!_isOver)
            connection.Rollbacks++;
        _isOver = true;
    }

    protected override void Dispose(bool disposing)
    {
        Rollback();
        base.Dispose(disposing);
    }
}
