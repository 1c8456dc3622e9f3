namespace ActorPool.Statements;

/// <summary>The result of a group: the number of affected rows of each statement.</summary>
internal sealed class AllRowsAffected : StatementResult<int[]>
{
    public static readonly AllRowsAffected Instance = new();

    public override RowsWanted Wanted => RowsWanted.None;

    public override int[] End(ReadOnlySpan<int> affected) => affected.ToArray();
}
