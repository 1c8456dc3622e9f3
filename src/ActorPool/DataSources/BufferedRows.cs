using System.Data.Common;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.DataSources;

/// <summary>The result of <c>ExecuteReader</c>: all rows, or the first one, are kept and read from memory.</summary>
internal sealed class BufferedRows(bool firstOnly) : StatementResult<BufferedReader>
{
    private readonly List<object?[]> _rows = [];
    private BufferedColumn[] _columns = [];

    public override RowsWanted Wanted => firstOnly ? RowsWanted.First : RowsWanted.All;

    public override void Begin()
    {
        _rows.Clear();
        _columns = [];
    }

    public override void Columns(DbDataReader reader) => _columns = BufferedColumn.AllOf((NpgsqlDataReader)reader);

    public override void Row(DbDataReader reader)
    {
        var row = new object?[_columns.Length];
        try
        {
            reader.GetValues(row!);
        }
        catch (Exception)
        {
            // Some value has no object of .NET. The others are readable, and the error belongs to the reading of that value.
            for (var column = 0; column < row.Length; column++)
                row[column] = UnreadableValue.OrValue(reader, column, _columns[column].Schema.DataTypeName);
        }

        _rows.Add(row);
    }

    public override BufferedReader End(ReadOnlySpan<int> affected) => new(_columns, _rows, affected[0]);
}
