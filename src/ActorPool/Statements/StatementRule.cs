namespace ActorPool.Statements;

/// <summary>Which statements can be told to a pool: those that leave the session and the transactions of other callers alone.</summary>
internal static class StatementRule
{
    /// <summary>Why a statement is refused, and what to do; null when it can be told.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="hasKey">It runs on the session of a key, whose state may be changed.</param>
    public static (string What, string Remedy)? Problem(Statement statement, bool hasKey)
    {
        _ = (statement, hasKey);
        return null;
    }

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
}
