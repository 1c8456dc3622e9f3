namespace ActorPool.Statements;

/// <summary>Which statements can be told to a pool: those that leave the session and the transactions of other callers alone.</summary>
internal static class StatementRule
{
    private const string Elsewhere = "Borrow a connection with GetConnAsync for it, or use TransactAsync";

    /// <summary>Why a statement is refused, and what to do; null when it can be told.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="hasKey">It runs on the session of a key, whose state may be changed.</param>
    public static (string What, string Remedy)? Problem(Statement statement, bool hasKey) =>
        statement.Text.Kind == TextKind.Plain ? null : Problem(statement.Text, hasKey);

    /// <summary>The first problem of a group.</summary>
    public static (string What, string Remedy)? Problem(ReadOnlySpan<Statement> statements, bool hasKey)
    {
        foreach (var statement in statements)
        {
            if (Problem(statement, hasKey) is { } problem)
                return problem;
        }

        return null;
    }

    /// <summary>A copy of the statements of a group.</summary>
    /// <exception cref="ArgumentException">There is none, or one is null.</exception>
    public static Statement[] Group(IReadOnlyList<Statement>? statements, string name = "statements")
    {
        ArgumentNullException.ThrowIfNull(statements, name);
        Statement[] group = [.. statements];
        if (group.Length == 0)
            throw new ArgumentException("A group needs at least one statement.", name);
        return Array.IndexOf(group, null) < 0 ? group : throw new ArgumentException("A statement of the group is null.", name);
    }

    private static (string What, string Remedy)? Problem(StatementText text, bool hasKey) => text.Kind switch
    {
        TextKind.Session when hasKey => null,
        TextKind.Session => (
            $"{text.Opening} cannot be told to a pool without a key: it depends on the session, which runs the statements of other callers too",
            "Set a Key: the statement then runs on the session of that key. For a setting of one transaction, use SET LOCAL in TransactAsync."),
        TextKind.Transaction => (
            $"{text.Opening} cannot be told to a pool: each statement is a transaction of its own",
            $"{Elsewhere}, which begins and commits. ExecuteAllAsync runs several statements as one transaction."),
        TextKind.Forgetting => (
            $"{text.Opening} cannot be told to a pool: the server would forget the statements that the driver has prepared",
            "Leave it out: the pool resets a session before another key uses it."),
        TextKind.Copy => (
            "COPY cannot be told to a pool: its data is transferred by a protocol of its own",
            "Borrow a connection with GetConnAsync, and use the COPY methods of its Npgsql property."),
        _ => (
            $"several statements in one text, the first of which is {text.Opening}, cannot be told to a pool",
            $"Tell each of them as a statement of its own, or all of them by ExecuteAllAsync. {Elsewhere}."),
    };
}
