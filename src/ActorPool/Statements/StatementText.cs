namespace ActorPool.Statements;

/// <summary>The text of statements. Statements with the same text share one object, by which the pool remembers what it learned of the text.</summary>
internal sealed class StatementText(string sql)
{
    public string Sql { get; } = sql;

    public static StatementText Of(string sql) => new(sql);
}
