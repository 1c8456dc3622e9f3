using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing.Support;

/// <summary>Answers with the number of the connection that made it.</summary>
internal sealed class FakeCommand(FakeConnection connection) : DbCommand
{
    // Any collection of parameters will do.
    private readonly SqliteCommand _parameters = new();

    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override int CommandTimeout { get; set; }

    public override CommandType CommandType { get; set; } = CommandType.Text;

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => connection;
        set
        {
            // As a double does that has no use for it.
        }
    }

    protected override DbTransaction? DbTransaction { get; set; }

    protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

    public override object? ExecuteScalar() => $"{connection.Number}: {CommandText}, {Parameters.Count} parameters";

    public override int ExecuteNonQuery() => connection.Running?.Invoke(CommandText) ?? 0;

    public override void Prepare()
    {
    }

    public override void Cancel()
    {
    }

    protected override DbParameter CreateDbParameter() => new SqliteParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _parameters.Dispose();
        base.Dispose(disposing);
    }
}
