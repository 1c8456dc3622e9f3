using System.Data.Common;
using Npgsql;

namespace ActorPool.Statements;

/// <summary>Refuses functions for rows whose result is not an object of the row.</summary>
internal static class RowRule
{
    /// <summary>Returns the function, or refuses it.</summary>
    /// <exception cref="ArgumentException">It is asynchronous, or returns the reader.</exception>
    public static Func<NpgsqlDataReader, T> Checked<T>(Func<NpgsqlDataReader, T>? row, string name = "row")
    {
        ArgumentNullException.ThrowIfNull(row, name);
        return Problem(typeof(T)) is { } problem ? throw new ArgumentException(problem, name) : row;
    }

    private static string? Problem(Type type)
    {
        if (typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return "The function for a row is asynchronous, and the next row is read before its task is complete. Read the values with the synchronous members of the reader: the row is in memory.";
        return typeof(DbDataReader).IsAssignableFrom(type)
            ? "The function for a row returns the reader, which stands on another row afterwards. Return the values of the row."
            : null;
    }
}
