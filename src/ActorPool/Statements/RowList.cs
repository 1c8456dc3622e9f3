using System.Data.Common;
using Npgsql;

namespace ActorPool.Statements;

/// <summary>An object for each row, made by the caller's function.</summary>
internal sealed class RowList<T>(Func<NpgsqlDataReader, T> row) : StatementResult<List<T>>
{
    private List<T> _rows = [];

    public override void Begin() => _rows = [];

    public override void Row(DbDataReader reader) => _rows.Add(row(
        reader as NpgsqlDataReader ?? throw new NotSupportedException(
            $"QueryAsync reads rows with an NpgsqlDataReader, and this pool's connection gives a {reader.GetType()}. Test it with a real server, or read the rows with a command of a lease.")));

    public override List<T> End(ReadOnlySpan<int> affected) => _rows;
}
