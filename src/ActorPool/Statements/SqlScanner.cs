namespace ActorPool.Statements;

/// <summary>Reads SQL as the server's lexer does, as far as that is needed: it knows where quotes and comments begin and end.</summary>
/// <remarks>It takes <c>standard_conforming_strings = on</c> for granted, the server's default since 9.1.</remarks>
internal ref struct SqlScanner(string sql)
{
    private int _position;

    /// <summary>The kind of the token that was read last.</summary>
    public SqlToken Token { get; private set; }

    /// <summary>Its first character.</summary>
    public int Start { get; private set; }

    /// <summary>The character behind it.</summary>
    public readonly int End => _position;

    public readonly ReadOnlySpan<char> Text => sql.AsSpan(Start, _position - Start);

    /// <summary>Reads the next token. Spaces are left out.</summary>
    public bool Next()
    {
        while (_position < sql.Length && char.IsWhiteSpace(sql[_position]))
            _position++;
        if (_position == sql.Length)
            return false;
        Start = _position;
        Token = Read(sql[_position++]);
        return true;
    }

    /// <summary>It can stand inside of a name.</summary>
    public static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or >= '\x80';

    private SqlToken Read(char first)
    {
        switch (first)
        {
            case ';':
                return SqlToken.Semicolon;
            case '(':
                return SqlToken.Open;
            case ')':
                return SqlToken.Close;
            case '{' or '}':
                return SqlToken.Brace;
            case '\'':
                return Quoted('\'', hasEscapes: false);
            case '"':
                return Quoted('"', hasEscapes: false);
            case '-' when Peek() == '-':
                return Skipped(sql.AsSpan(_position).IndexOfAny('\n', '\r') is var end and >= 0 ? _position + end : -1);
            case '/' when Peek() == '*':
                return Comment();
            case '$' when char.IsAsciiDigit(Peek()):
                SkipWhile(char.IsAsciiDigit);
                return SqlToken.Parameter;
            case '$':
                return DollarQuoted();
            case 'e' or 'E' when Peek() == '\'':
                _position++;
                return Quoted('\'', hasEscapes: true);
            case >= '0' and <= '9':
                SkipWhile(c => char.IsAsciiLetterOrDigit(c) || c == '.');
                return SqlToken.Other;
            default:
                if (!IsOfName(first))
                    return SqlToken.Other;
                SkipWhile(IsOfName);
                return SqlToken.Word;
        }
    }

    private readonly char Peek() => _position < sql.Length ? sql[_position] : '\0';

    private void SkipWhile(Func<char, bool> belongs)
    {
        while (_position < sql.Length && belongs(sql[_position]))
            _position++;
    }

    /// <summary>To the closing quote; one that is doubled does not close.</summary>
    private SqlToken Quoted(char quote, bool hasEscapes)
    {
        while (_position < sql.Length)
        {
            var c = sql[_position++];
            if (hasEscapes && c == '\\' && _position < sql.Length)
                _position++;
            else if (c == quote && Peek() == quote)
                _position++;
            else if (c == quote && !(hasEscapes && TryContinue()))
                break;
        }

        return SqlToken.Quoted;
    }

    /// <summary>A string goes on in another line; then it has escapes there, too.</summary>
    private bool TryContinue()
    {
        var next = _position;
        while (next < sql.Length && char.IsWhiteSpace(sql[next]))
            next++;
        if (next == sql.Length || sql[next] != '\'' || !sql.AsSpan(_position, next - _position).ContainsAny('\n', '\r'))
            return false;
        _position = next + 1;
        return true;
    }

    private SqlToken DollarQuoted()
    {
        var open = _position;
        while (open < sql.Length && sql[open] != '$' && IsOfName(sql[open]))
            open++;
        if (open == sql.Length || sql[open] != '$')
            return SqlToken.Other;
        var tag = sql.AsSpan(Start, open + 1 - Start);
        var close = sql.AsSpan(open + 1).IndexOf(tag);
        _position = close < 0 ? sql.Length : open + 1 + close + tag.Length;
        return SqlToken.Quoted;
    }

    /// <summary>Comments can be nested.</summary>
    private SqlToken Comment()
    {
        _position++;
        for (var depth = 1; depth > 0 && _position < sql.Length; _position++)
        {
            if (sql[_position] == '*' && _position + 1 < sql.Length && sql[_position + 1] == '/')
                (depth, _position) = (depth - 1, _position + 1);
            else if (sql[_position] == '/' && _position + 1 < sql.Length && sql[_position + 1] == '*')
                (depth, _position) = (depth + 1, _position + 1);
        }

        return SqlToken.Comment;
    }

    private SqlToken Skipped(int end)
    {
        _position = end < 0 ? sql.Length : end;
        return SqlToken.Comment;
    }
}

/// <summary>What a <see cref="SqlScanner"/> tells apart.</summary>
internal enum SqlToken : byte
{
    Other,

    /// <summary>A keyword or a name without quotes.</summary>
    Word,

    /// <summary><c>$1</c>.</summary>
    Parameter,

    /// <summary>A string, or a name in quotes.</summary>
    Quoted,
    Comment,
    Open,
    Close,
    Semicolon,

    /// <summary>SQL has none outside of quotes.</summary>
    Brace,
}
