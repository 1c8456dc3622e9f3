using System.Data.Common;

namespace ActorPool.Statements;

/// <summary>The first column of the first row. The default without a row and for NULL, as Dapper's <c>ExecuteScalar</c> has it.</summary>
internal sealed class Scalar<T> : StatementResult<T?>
{
    private T? _value;

    public override RowsWanted Wanted => RowsWanted.First;

    public override void Begin() => _value = default;

    public override void Row(DbDataReader reader) => _value = reader.IsDBNull(0) ? default : reader.GetFieldValue<T>(0);

    public override T? End(ReadOnlySpan<int> affected) => _value;
}
