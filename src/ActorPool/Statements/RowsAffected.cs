namespace ActorPool.Statements;

/// <summary>The result of a statement without rows: the number of affected rows.</summary>
internal sealed class RowsAffected : StatementResult<int>
{
    public static readonly RowsAffected Instance = new();

    public override RowsWanted Wanted => RowsWanted.None;

    public override int End(ReadOnlySpan<int> affected) => affected[0];
}
