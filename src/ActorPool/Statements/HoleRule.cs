namespace ActorPool.Statements;

/// <summary>Refuses an interpolated string with a hole where no value can be: in quotes, in a comment, or in a name.</summary>
internal static class HoleRule
{
    /// <param name="sql">The text, with <c>$1</c> and so on in place of the holes.</param>
    /// <param name="holes">Where they begin, in their order.</param>
    /// <exception cref="ArgumentException">A hole is in such a place, or there are parameters that are no holes.</exception>
    public static void Check(string sql, IReadOnlyList<int> holes)
    {
        var scanner = new SqlScanner(sql);
        var next = 0;
        while (scanner.Next())
        {
            if (scanner.Token == SqlToken.Parameter)
                CheckParameter(sql, scanner, next < holes.Count && holes[next] == scanner.Start, ref next);
            else if (next < holes.Count && holes[next] < scanner.End)
                throw Refused(next + 1, Reason(scanner.Token));
        }
    }

    private static void CheckParameter(string sql, in SqlScanner scanner, bool isHole, ref int next)
    {
        if (!isHole)
            throw new ArgumentException($"The text has {scanner.Text} besides its holes, which are numbered already. Make it a hole, or use Statement.Of(text, values) with numbers only.", nameof(sql));
        next++;
        var length = scanner.End - scanner.Start;
        if (length > 1 + next.ToString(System.Globalization.CultureInfo.InvariantCulture).Length || (scanner.End < sql.Length && SqlScanner.IsOfName(sql[scanner.End])))
            throw Refused(next, "is followed by a letter or a digit, without a space between. A value is never a part of a name or a number");
    }

    private static string Reason(SqlToken token) => token switch
    {
        SqlToken.Word => "is a part of a name. A value is never a name: write names into the text, and take care where they come from",
        SqlToken.Comment => "is in a comment. Take it out",
        _ => "is in quotes. A value needs none: remove the quotes, and join strings with || as in 'a' || {b}, or for an interval {n} * interval '1 day'",
    };

    private static ArgumentException Refused(int hole, string reason) => new($"Hole {hole} of the statement {reason}.");
}
