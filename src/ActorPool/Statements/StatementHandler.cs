using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActorPool.Statements;

namespace ActorPool;

/// <summary>
/// The compiler makes it of an interpolated string: every hole becomes a parameter <c>$1</c>, <c>$2</c> and so on, with the type of its expression.
/// </summary>
[InterpolatedStringHandler]
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct StatementHandler
{
    private readonly StringBuilder _text;
    private readonly StatementParameter[] _parameters;
    private int _count;

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">The length of the text without the holes.</param>
    /// <param name="formattedCount">The number of holes.</param>
    public StatementHandler(int literalLength, int formattedCount)
    {
        _text = new StringBuilder(literalLength + (formattedCount * 3));
        _parameters = formattedCount == 0 ? [] : new StatementParameter[formattedCount];
    }

    /// <summary>Called by the compiler: appends text.</summary>
    /// <param name="value">The text.</param>
    public readonly void AppendLiteral(string value) => _text.Append(value);

    /// <summary>Called by the compiler: makes a parameter of a hole.</summary>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value)
    {
        _parameters[_count++] = new StatementParameter.Typed<T>(value);
        _text.Append(CultureInfo.InvariantCulture, $"${_count}");
    }

    internal readonly Statement ToStatement() => Statement.Of(StatementText.Of(_text.ToString()), _parameters);
}
