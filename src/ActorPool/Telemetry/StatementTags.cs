namespace ActorPool.Telemetry;

/// <summary>A statement or a group in the attributes of the OpenTelemetry conventions. A group of several is a batch there, with BATCH in its names.</summary>
/// <param name="Operation">For <c>db.operation.name</c>.</param>
/// <param name="Summary">For <c>db.query.summary</c>, which is also the name of the span.</param>
/// <param name="Statements">The statements.</param>
internal readonly record struct StatementTags(string Operation, string Summary, Statement[] Statements)
{
    private const string Batch = "BATCH";

    /// <summary>For <c>db.operation.batch.size</c>; null for a single statement.</summary>
    public int? GroupSize => Statements.Length > 1 ? Statements.Length : null;

    /// <summary>For <c>db.query.text</c>: with <c>$1</c> and so on, and no value of a parameter.</summary>
    public string Text => IsSame(static statement => statement.Sql) ? Statements[0].Sql : string.Join("; ", Statements.Select(statement => statement.Sql));

    public static StatementTags Of(Statement[] statements)
    {
        var first = statements[0].Text.Summary;
        if (statements.Length == 1)
            return new StatementTags(first.Operation, first.Text, statements);
        var group = new StatementTags(Batch, Batch, statements);
        return group with
        {
            Operation = group.IsSame(static statement => statement.Text.Summary.Operation) ? $"{Batch} {first.Operation}" : Batch,
            Summary = group.IsSame(static statement => statement.Text.Summary.Text) ? $"{Batch} {first.Text}" : Batch,
        };
    }

    private bool IsSame(Func<Statement, string> of)
    {
        var first = of(Statements[0]);
        return Array.TrueForAll(Statements, statement => of(statement) == first);
    }
}
