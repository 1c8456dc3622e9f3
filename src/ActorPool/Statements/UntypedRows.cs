using System.Data.Common;

namespace ActorPool.Statements;

/// <summary>The rows as arrays of values, for the message <see cref="Query"/>: null for NULL.</summary>
internal sealed class UntypedRows : StatementResult<(string[] Columns, List<object?[]> Values)>
{
    private string[] _columns = [];
    private List<object?[]> _values = [];

    public override void Begin() => (_columns, _values) = ([], []);

    public override void Columns(DbDataReader reader)
    {
        _columns = new string[reader.FieldCount];
        for (var column = 0; column < _columns.Length; column++)
            _columns[column] = reader.GetName(column);
    }

    public override void Row(DbDataReader reader)
    {
        var values = new object?[_columns.Length];
        for (var column = 0; column < values.Length; column++)
            values[column] = reader.IsDBNull(column) ? null : reader.GetValue(column);
        _values.Add(values);
    }

    public override (string[] Columns, List<object?[]> Values) End(ReadOnlySpan<int> affected) => (_columns, _values);
}
