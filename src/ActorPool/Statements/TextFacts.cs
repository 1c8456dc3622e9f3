namespace ActorPool.Statements;

/// <summary>Reads the text of a statement once: what kind of statement it is, and how many parameters it has.</summary>
internal static class TextFacts
{
    // CREATE OR REPLACE GLOBAL TEMPORARY
    private const int MostOpening = 5;

    /// <exception cref="ArgumentException">The text has braces outside of quotes, or no statement.</exception>
    public static (TextKind Kind, string Opening, int Parameters) Read(string sql)
    {
        var (parameters, depth, block) = (0, 0, 0);
        var (isOpening, isOver, isSeveral, isTemporary) = (true, false, false, false);
        var opening = new List<string>(MostOpening);
        var (previous, last) = ("", "");
        var scanner = new SqlScanner(sql);
        while (scanner.Next())
        {
            if (scanner.Token == SqlToken.Comment)
                continue;
            isSeveral |= isOver && scanner.Token != SqlToken.Semicolon;
            isOpening &= scanner.Token == SqlToken.Word || (scanner.Token == SqlToken.Open && opening.Count == 0);
            switch (scanner.Token)
            {
                case SqlToken.Parameter:
                    parameters = Math.Max(parameters, NumberOf(scanner.Text));
                    break;
                case SqlToken.Brace:
                    throw new ArgumentException($"A statement has no braces outside of quotes. To make parameters of {{name}}, put a $ before the string: {Excerpt(sql, scanner.Start)}", nameof(sql));
                case SqlToken.Open:
                    depth++;
                    break;
                case SqlToken.Close:
                    depth--;
                    break;
                case SqlToken.Semicolon:
                    // A rule has statements in parentheses, and a function in SQL has them in a block.
                    isOver |= depth <= 0 && block == 0;
                    break;
                case SqlToken.Word:
                    var word = scanner.Text.ToString().ToUpperInvariant();
                    if ((isOpening && opening.Count < MostOpening) || opening.Count == 0)
                        opening.Add(word);
                    block = opening[0] == "CREATE" ? BlockAfter(block, last, word) : 0;
                    isTemporary |= IsTemporary(word, last, previous, opening);
                    (previous, last) = (last, word);
                    break;
            }
        }

        if (opening.Count == 0)
            throw new ArgumentException("The text has no statement.", nameof(sql));
        var kind = isSeveral ? TextKind.Several : KindOf(opening, isTemporary);
        return (kind, kind == TextKind.Plain ? "" : OpeningOf(opening, isTemporary), parameters);
    }

    private static TextKind KindOf(List<string> opening, bool isTemporary) => (opening[0], opening.ElementAtOrDefault(1)) switch
    {
        ("BEGIN" or "START" or "COMMIT" or "END" or "ROLLBACK" or "ABORT" or "SAVEPOINT" or "RELEASE" or "LOCK", _) or ("PREPARE", "TRANSACTION") => TextKind.Transaction,
        ("DISCARD" or "DEALLOCATE", "ALL") => TextKind.Forgetting,
        ("DEALLOCATE", "PREPARE") when opening is [_, _, "ALL"] => TextKind.Forgetting,
        ("SET" or "RESET" or "DISCARD" or "LISTEN" or "UNLISTEN" or "PREPARE" or "EXECUTE" or "DEALLOCATE" or "DECLARE" or "FETCH" or "MOVE" or "CLOSE", _) => TextKind.Session,
        ("COPY", _) => TextKind.Copy,
        _ => isTemporary ? TextKind.Session : TextKind.Plain,
    };

    /// <summary>The words by which an error names it.</summary>
    private static string OpeningOf(List<string> opening, bool isTemporary) => (opening[0], isTemporary) switch
    {
        ("CREATE", true) => "CREATE TEMP",
        (var first, true) => $"{first} ... INTO TEMP",
        ("PREPARE" or "DISCARD" or "DEALLOCATE", _) when opening is [var first, "TRANSACTION" or "ALL", ..] => $"{first} {opening[1]}",
        (var first, _) => first,
    };

    /// <summary>A temporary object stays in the session. <c>INSERT INTO temp</c> names a table.</summary>
    private static bool IsTemporary(string word, string last, string previous, List<string> opening) => word switch
    {
        "TEMP" or "TEMPORARY" when last == "INTO" => previous is not ("INSERT" or "MERGE"),
        "TEMP" or "TEMPORARY" => last is "CREATE" or "REPLACE" or "LOCAL" or "GLOBAL" && opening[0] == "CREATE" && opening[^1] == word,
        "PG_TEMP" => opening[0] == "CREATE" || (last == "INTO" && previous is not ("INSERT" or "MERGE")),
        _ => false,
    };

    /// <summary>In how many blocks of a function's body the text is.</summary>
    private static int BlockAfter(int block, string last, string word) => word switch
    {
        "ATOMIC" when last == "BEGIN" => block + 1,
        "CASE" when block > 0 => block + 1,
        "END" when block > 0 => block - 1,
        _ => block,
    };

    private static int NumberOf(ReadOnlySpan<char> parameter) =>
        int.TryParse(parameter[1..], out var number) && number is > 0 and <= ushort.MaxValue
            ? number
            : throw new ArgumentException($"{parameter} is not a parameter: use $1 to ${ushort.MaxValue}.", nameof(parameter));

    private static string Excerpt(string sql, int start) => sql.Substring(start, Math.Min(20, sql.Length - start));
}
