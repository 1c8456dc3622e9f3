using System.Data;
using System.Data.Common;
using Npgsql;

namespace ActorPool.Statements;

/// <summary>Refuses values that compile as parameters and cannot be sent, or not sent twice.</summary>
internal static class ParameterRule
{
    /// <summary>Returns the value, or refuses it.</summary>
    /// <exception cref="ArgumentException">It cannot be a parameter.</exception>
    public static object? Checked(object? value)
    {
        if (value is not null && (Problem(value.GetType()) ?? ProblemOf(value)) is { } problem)
            throw new ArgumentException($"A {value.GetType().Name} cannot be a parameter of a statement. {problem}", nameof(value));
        return value;
    }

    /// <summary>Why no value of the type can be a parameter; null when one can.</summary>
    public static string? Problem(Type type) =>
        typeof(Task).IsAssignableFrom(type) || IsValueTask(type) ? "Await it, and pass its result."
        : type == typeof(Statement) ? "Each hole is a value; a statement cannot be a part of another one."
        : type == typeof(CancellationToken) ? "Pass it by name: cancellationToken: token."
        : typeof(Stream).IsAssignableFrom(type) ? "A statement may be run again, and a stream can be read once: pass its bytes."
        : type == typeof(object[]) || type == typeof(List<object>) ? "It is one value, and PostgreSQL has no type for it. For a parameter of each element write Statement.Of(sql, [.. values]); for an array parameter use an array of one type, such as int[]."
        : typeof(Delegate).IsAssignableFrom(type) ? "Call it, and pass its result."
        : null;

    private static string? ProblemOf(object value) => value switch
    {
        NpgsqlParameter { Direction: not ParameterDirection.Input } => "It has a direction: a statement has input parameters only. Borrow a connection for a procedure with output parameters, or CALL it as a query.",
        NpgsqlParameter { Value: { } inside } => Problem(inside.GetType()),
        NpgsqlParameter => null,
        DbParameter => "Pass an NpgsqlParameter, or the value alone.",
        _ => null,
    };

    private static bool IsValueTask(Type type) =>
        type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));
}
