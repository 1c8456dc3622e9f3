using System.ComponentModel;
using System.Runtime.CompilerServices;
using ActorPool.Statements;

namespace ActorPool;

/// <summary>
/// The compiler makes it of an interpolated string: every hole becomes a parameter <c>$1</c>, <c>$2</c> and so on, with the type of its expression.
/// A format names the type of PostgreSQL: <c>{text:jsonb}</c>.
/// </summary>
[InterpolatedStringHandler]
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct StatementHandler
{
    private StatementParameter[] _parameters;
    private StatementPath? _path;
    private int _count;

    /// <summary>Called by the compiler.</summary>
    /// <param name="literalLength">The length of the text without the holes.</param>
    /// <param name="formattedCount">The number of holes.</param>
    public StatementHandler(int literalLength, int formattedCount)
    {
        _ = literalLength;
        _parameters = formattedCount == 0 ? [] : new StatementParameter[formattedCount];
    }

    /// <summary>Called by the compiler: appends text.</summary>
    /// <param name="value">The text.</param>
    public void AppendLiteral(string value) => _path = _path is null ? StatementPath.Of(value) : _path.Literal(value);

    /// <summary>Called by the compiler: makes a parameter of a hole.</summary>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => Append(StatementParameter.Of(value), null);

    /// <summary>Called by the compiler: makes a parameter of a hole, with a type of PostgreSQL.</summary>
    /// <param name="value">The value.</param>
    /// <param name="format">The name of the type, such as <c>jsonb</c> or <c>int4[]</c>.</param>
    public void AppendFormatted<T>(T value, string format) => Append(StatementParameter.Of(value, format), format);

    /// <summary>Called by the compiler: makes an array of a sequence, which the driver cannot send.</summary>
    /// <param name="value">The values.</param>
    public void AppendFormatted<T>(IEnumerable<T>? value) => AppendFormatted(value as T[] ?? value?.ToArray());

    /// <summary>Called by the compiler: makes an array of a sequence, with a type of PostgreSQL.</summary>
    /// <param name="value">The values.</param>
    /// <param name="format">The name of the type.</param>
    public void AppendFormatted<T>(IEnumerable<T>? value, string format) => AppendFormatted(value as T[] ?? value?.ToArray(), format);

    /// <summary>Not allowed: a statement cannot be a part of another one.</summary>
    /// <param name="value">The statement.</param>
    [Obsolete("A hole is a value. A statement cannot be a part of another one.", error: true)]
    public readonly void AppendFormatted(Statement value) => throw new NotSupportedException();

    internal readonly Statement ToStatement()
    {
        if (_path is null)
            throw new ArgumentException("The statement is empty.", "sql");
        return Statement.Of(_path.Text, _parameters.Length == _count ? _parameters : _parameters[.._count]);
    }

    private void Append(StatementParameter parameter, string? format)
    {
        // Most likely the text is no statement then; its error comes later.
        _path = (_path ?? StatementPath.Of("")).Hole(format);
        if (_count == _parameters.Length)
            Array.Resize(ref _parameters, _count + 1);
        _parameters[_count++] = parameter;
    }
}
