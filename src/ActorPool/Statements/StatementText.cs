namespace ActorPool.Statements;

/// <summary>
/// The text of statements, and what is known of it. Statements with the same text share one object as long as the text is remembered, by which the
/// pool knows what it learned of the text.
/// </summary>
internal sealed class StatementText
{
    // A longer text is not remembered: it is most likely made for one use.
    private const int Longest = 32 * 1024;

    private static readonly RecentlyUsed<StatementText> Recent = new(StringComparer.Ordinal, mostEntries: 1000, mostCharacters: 1024 * 1024);

    /// <summary>The number of texts that are remembered now.</summary>
    public static int Remembered => Recent.Count;

    private StatementText(string sql)
    {
        Sql = sql;
        (Kind, Opening, Parameters) = TextFacts.Read(sql);
    }

    public string Sql { get; }

    /// <summary>What it would do to a session that many callers use.</summary>
    public TextKind Kind { get; }

    /// <summary>The words with which it opens, if it is not <see cref="TextKind.Plain"/>.</summary>
    public string Opening { get; }

    /// <summary>The number of parameters: the highest of <c>$1</c>, <c>$2</c> and so on.</summary>
    public int Parameters { get; }

    /// <summary>For metrics and spans; made when the first of them needs it.</summary>
    public QuerySummary Summary => field ??= QuerySummary.Of(Sql);

    /// <exception cref="ArgumentException">It is no SQL statement, or not yet one.</exception>
    public static StatementText Of(string sql) =>
        sql.Length > Longest ? new StatementText(sql) : Recent.Find(sql) ?? Recent.Add(sql, new StatementText(sql), sql.Length);
}

/// <summary>What a statement does to the session that runs it.</summary>
internal enum TextKind : byte
{
    /// <summary>Nothing that another caller could notice.</summary>
    Plain,

    /// <summary>It changes the session, or needs what an earlier statement left in it.</summary>
    Session,

    /// <summary>It begins or ends a transaction, or has an effect in a transaction only.</summary>
    Transaction,

    /// <summary>It makes the server forget what the driver has prepared.</summary>
    Forgetting,

    /// <summary>It transfers data by a protocol of its own.</summary>
    Copy,

    /// <summary>Several statements.</summary>
    Several,
}
