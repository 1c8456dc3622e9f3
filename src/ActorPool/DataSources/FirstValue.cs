using System.Data.Common;
using ActorPool.Statements;

namespace ActorPool.DataSources;

/// <summary>The result of <c>ExecuteScalar</c>: the first column of the first row, null when there is none.</summary>
internal sealed class FirstValue : StatementResult<object?>
{
    private object? _value;

    public override RowsWanted Wanted => RowsWanted.First;

    public override void Begin() => _value = null;

    public override void Row(DbDataReader reader) => _value = reader.GetValue(0);

    public override object? End(ReadOnlySpan<int> affected) => _value;
}
