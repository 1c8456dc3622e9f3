namespace ActorPool.Statements;

/// <summary>
/// A statement in a few words, for metrics and spans: its commands and what they work on, such as <c>INSERT orders SELECT cart</c>. Made by the rules of
/// the OpenTelemetry conventions for <c>db.query.summary</c>; no value that is written in the statement is a part of it.
/// </summary>
/// <param name="Text">The commands and their targets, as they are written in the statement.</param>
/// <param name="Operation">The command of the statement itself, which is not one inside parentheses.</param>
internal sealed record QuerySummary(string Text, string Operation)
{
    private const int Longest = 255;

    private static readonly WordSet Commands = new(
        "SELECT INSERT UPDATE DELETE MERGE CALL TRUNCATE CREATE ALTER DROP REFRESH NOTIFY ANALYZE VACUUM REINDEX COMMENT GRANT REVOKE SHOW EXPLAIN");

    // Behind one of these, UPDATE and the like are a part of another command: FOR UPDATE, ON CONFLICT DO UPDATE, WHEN MATCHED THEN DELETE.
    private static readonly WordSet BeforeParts = new("FOR KEY DO ON THEN BEFORE AFTER OR OF");

    // The target of these comes behind FROM, INTO or ON.
    private static readonly WordSet WithoutTarget = new("SELECT INSERT DELETE MERGE GRANT REVOKE EXPLAIN");

    // These name the kind of their target first.
    private static readonly WordSet OfSchema = new("CREATE ALTER DROP TRUNCATE REFRESH REINDEX COMMENT");
    private static readonly WordSet Kinds = new("TABLE VIEW INDEX SCHEMA SEQUENCE FUNCTION PROCEDURE TRIGGER TYPE DOMAIN EXTENSION ROLE USER DATABASE COLUMN POLICY RULE");
    private static readonly WordSet BeforeTargetOfSchema = new("OR REPLACE IF NOT EXISTS CONCURRENTLY UNIQUE UNLOGGED MATERIALIZED RECURSIVE FOREIGN ONLY ON");

    private static readonly WordSet BeforeTables = new("FROM JOIN INTO USING");
    private static readonly WordSet BeforeTable = new("ONLY LATERAL");
    private static readonly WordSet BehindTables = new("WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH FOR WINDOW SET VALUES RETURNING UNION INTERSECT EXCEPT WHEN");

    /// <summary>Reads the text of a statement.</summary>
    public static QuerySummary Of(string sql)
    {
        var reading = new Reading();
        var scanner = new SqlScanner(sql);
        while (scanner.Next())
        {
            if (scanner.Token != SqlToken.Comment)
                reading.Add(scanner.Token, scanner.Text);
        }

        return reading.ToSummary();
    }

    /// <summary>What has been read so far.</summary>
    private sealed class Reading
    {
        private readonly List<string> _words = [];
        private readonly Stack<Level> _levels = new([new Level()]);
        private string? _operation;
        private string _command = "";
        private string _first = "";
        private string _previous = "";

        // A target comes next, and the last word is a target that may go on: schema.table.
        private bool _isAwaited;
        private bool _isGrowing;

        private Level Here => _levels.Peek();

        public void Add(SqlToken token, ReadOnlySpan<char> text)
        {
            if (_isGrowing && (text is "." || _words[^1].EndsWith('.')))
            {
                _words[^1] += text.ToString();
                return;
            }

            _isGrowing = false;
            if (token == SqlToken.Word)
            {
                AddWord(text);
                _previous = text.ToString();
                if (_first.Length == 0)
                    _first = _previous;
                return;
            }

            if (_isAwaited && token == SqlToken.Quoted && text[0] == '"')
                AddTarget(text);
            _isAwaited = text is "," && Here.IsList;
            if (token == SqlToken.Open)
                _levels.Push(new Level());
            else if (token == SqlToken.Close && _levels.Count > 1)
                _levels.Pop();
        }

        public QuerySummary ToSummary()
        {
            var length = -1;
            // Not cut inside of a name.
            var text = string.Join(' ', _words.TakeWhile(word => (length += word.Length + 1) <= Longest));
            return new QuerySummary(text.Length > 0 ? text : _first, _operation ?? _first);
        }

        private void AddWord(ReadOnlySpan<char> text)
        {
            if (Commands.Contains(text) && !BeforeParts.Contains(_previous))
                AddCommand(text);
            else if (_isAwaited && OfSchema.Contains(_command) && Kinds.Contains(text))
                _words.Add(text.ToString());
            else if (_isAwaited && !(OfSchema.Contains(_command) ? BeforeTargetOfSchema : BeforeTable).Contains(text))
                AddTarget(text);
            // IS DISTINCT FROM, and EXTRACT(day FROM x)
            else if (BeforeTables.Contains(text) && Here.HasCommand && !_previous.Equals("DISTINCT", StringComparison.OrdinalIgnoreCase))
                (_isAwaited, Here.IsList) = (true, Here.IsList || text.Equals("FROM", StringComparison.OrdinalIgnoreCase));
            else if (BehindTables.Contains(text))
                Here.IsList = false;
        }

        private void AddCommand(ReadOnlySpan<char> text)
        {
            _command = text.ToString();
            _words.Add(_command);
            if (_levels.Count == 1)
                _operation ??= _command;
            (Here.HasCommand, Here.IsList) = (true, false);
            _isAwaited = !WithoutTarget.Contains(text);
        }

        private void AddTarget(ReadOnlySpan<char> text)
        {
            _words.Add(text.ToString());
            (_isAwaited, _isGrowing) = (false, true);
        }
    }

    /// <summary>One level of parentheses.</summary>
    private sealed class Level
    {
        public bool HasCommand { get; set; }

        /// <summary>A comma is followed by another table.</summary>
        public bool IsList { get; set; }
    }

    /// <summary>Keywords, in upper and lower case.</summary>
    private readonly struct WordSet(string words)
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _words =
            new HashSet<string>(words.Split(' '), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        public bool Contains(ReadOnlySpan<char> word) => _words.Contains(word);
    }
}
