using ActorPool.Statements;

namespace ActorPool;

/// <summary>One SQL statement with its parameters, to be told to a pool: the pool runs it on one of its connections.</summary>
/// <remarks>It may be told as often as you like, from any thread. <see cref="ToString"/> shows the text without the parameters.</remarks>
public sealed record Statement
{
    private Statement(StatementText text, StatementParameter[] parameters)
    {
        (Text, Values) = (text, parameters);
    }

    /// <summary>The text, with <c>$1</c>, <c>$2</c> and so on in the places of the parameters.</summary>
    public string Sql => Text.Sql;

    /// <summary>The values of the parameters, in the order of their numbers.</summary>
    public IReadOnlyList<object?> Parameters => field ??= Array.ConvertAll(Values, parameter => parameter.Value);

    /// <summary>What is known of the text; equal texts share it.</summary>
    internal StatementText Text { get; }

    internal StatementParameter[] Values { get; }

    /// <summary>The size of the parameters in bytes, estimated.</summary>
    internal int Bytes { get; private init; }

    /// <summary>Makes a statement of an interpolated string: every hole becomes a parameter, so no value is ever a part of the SQL.</summary>
    /// <param name="interpolated">For example <c>$"SELECT total FROM orders WHERE id = {id}"</c>.</param>
    public static Statement Of(StatementHandler interpolated) => interpolated.ToStatement();

    /// <summary>Makes a statement of a text with <c>$1</c>, <c>$2</c> and so on, and the parameters in that order.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="parameters">One value for each number.</param>
    public static Statement Of(string sql, params object?[] parameters)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(parameters);
        return Of(StatementText.Of(sql), Array.ConvertAll(parameters, StatementParameter.Of));
    }

    /// <summary>The text, without the values of the parameters.</summary>
    public override string ToString() => Sql;

    internal static Statement Of(StatementText text, StatementParameter[] parameters)
    {
        var bytes = 0;
        foreach (var parameter in parameters)
            bytes += parameter.Bytes;
        return new Statement(text, parameters) { Bytes = bytes };
    }
}
