using System.Collections;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using ActorPool.Statements;

namespace ActorPool;

/// <summary>One SQL statement with its parameters, to be told to a pool: the pool runs it on one of its connections.</summary>
/// <remarks>
/// It may be told as often as you like, from any thread. Do not change an array that is a parameter as long as the statement is in use.
/// Statements are equal when their texts and their parameters are. <see cref="ToString"/> shows the text without the parameters.
/// </remarks>
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

    /// <summary>The driver may refuse a parameter when a part of the statement is sent.</summary>
    internal bool IsRisky { get; private init; }

    /// <summary>Makes a statement of an interpolated string: every hole becomes a parameter, so no value is ever a part of the SQL.</summary>
    /// <param name="interpolated">
    /// For example <c>$"SELECT total FROM orders WHERE id = {id}"</c>. A format names the type of PostgreSQL, as in <c>{text:jsonb}</c>. A sequence becomes
    /// an array, as in <c>id = ANY({ids})</c>. An enum is sent as itself, which the driver knows when it is mapped; <c>{color:int4}</c> sends its
    /// number, <c>{color:text}</c> its name.
    /// </param>
    /// <exception cref="ArgumentException">A hole is in quotes, in a comment or in a name; or its value cannot be a parameter.</exception>
    // An interpolated string whose holes are all constants is a constant string to the compiler, too.
    [OverloadResolutionPriority(1)]
    public static Statement Of(StatementHandler interpolated) => interpolated.ToStatement();

    /// <summary>Makes a statement of a text with <c>$1</c>, <c>$2</c> and so on, and the parameters in that order.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="parameters">
    /// One value for each number. For the parameter NULL alone write <c>(object?)null</c>. An array of strings is the value of a single <c>$1</c>, as for
    /// <c>= ANY($1)</c>, and otherwise has one value for each number.
    /// </param>
    /// <exception cref="ArgumentException">There are more or fewer values than numbers, or a value cannot be a parameter.</exception>
    public static Statement Of(string sql, params object?[] parameters)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        ArgumentNullException.ThrowIfNull(parameters);
        var text = StatementText.Of(sql);
        // An array of another type was meant as one value, and the language spreads it.
        if (parameters.GetType() != typeof(object[]) && text.Parameters == 1)
            return Of(text, [StatementParameter.OfValue(parameters)]);
        if (parameters.Length != text.Parameters)
            throw new ArgumentException($"The text has {Counted(text.Parameters, "parameter")}, but {Counted(parameters.Length, "value")} {(parameters.Length == 1 ? "was" : "were")} given. Write parameters as $1, $2 and so on.", nameof(parameters));
        return Of(text, Array.ConvertAll(parameters, StatementParameter.OfValue));
    }

    /// <summary>Not allowed: the holes of an interpolated string are the parameters.</summary>
    /// <param name="interpolated">The text.</param>
    /// <param name="parameters">The values.</param>
    [Obsolete("The holes of an interpolated string are its parameters: make a hole of each value, or leave out the $ before the string.", error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    [OverloadResolutionPriority(1)]
    public static Statement Of(StatementHandler interpolated, params object?[] parameters) => throw new NotSupportedException();

    /// <summary>The text, without the values of the parameters.</summary>
    public override string ToString() => Sql;

    /// <summary>Whether the text and the parameters are the same. Arrays are equal when their elements are.</summary>
    /// <param name="other">Another statement.</param>
    public bool Equals(Statement? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Sql == other.Sql && Values.Length == other.Values.Length && Values.Zip(other.Values).All(pair => AreEqual(pair.First, pair.Second)));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Sql);
        foreach (var parameter in Values)
            hash.Add(parameter.Value is null ? 0 : StructuralComparisons.StructuralEqualityComparer.GetHashCode(parameter.Value));
        return hash.ToHashCode();
    }

    internal static Statement Of(StatementText text, StatementParameter[] parameters)
    {
        var (bytes, isRisky) = (0, false);
        foreach (var parameter in parameters)
        {
            bytes += parameter.Bytes;
            isRisky |= parameter.IsRisky;
        }

        return new Statement(text, parameters) { Bytes = bytes, IsRisky = isRisky };
    }

    private static bool AreEqual(StatementParameter one, StatementParameter other) =>
        one.TypeName == other.TypeName && StructuralComparisons.StructuralEqualityComparer.Equals(one.Value, other.Value);

    private static string Counted(int number, string noun) => number == 0 ? $"no {noun}" : number == 1 ? $"one {noun}" : $"{number} {noun}s";
}
