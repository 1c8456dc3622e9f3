using System.Data.Common;
using System.Numerics;
using System.Runtime.ExceptionServices;
using NpgsqlTypes;

namespace ActorPool.DataSources;

/// <summary>A value that the driver does not give as an object: reading it is an error, unless it is read as the one other type that can hold it.</summary>
/// <param name="error">The driver's error.</param>
/// <param name="other">The value as the other type; null when there is none.</param>
internal sealed class UnreadableValue(Exception error, object? other)
{
    // By the name of the PostgreSQL type: a number with more digits than a decimal, an interval with months, an array with NULL in it.
    private static readonly Dictionary<string, Func<DbDataReader, int, object>> Others = new(StringComparer.Ordinal)
    {
        ["numeric"] = As<BigInteger>,
        ["interval"] = As<NpgsqlInterval>,
        ["boolean[]"] = As<bool?[]>,
        ["smallint[]"] = As<short?[]>,
        ["integer[]"] = As<int?[]>,
        ["bigint[]"] = As<long?[]>,
        ["real[]"] = As<float?[]>,
        ["double precision[]"] = As<double?[]>,
        ["numeric[]"] = As<decimal?[]>,
        ["uuid[]"] = As<Guid?[]>,
        ["date[]"] = As<DateOnly?[]>,
        ["time without time zone[]"] = As<TimeOnly?[]>,
        ["timestamp without time zone[]"] = As<DateTime?[]>,
        ["timestamp with time zone[]"] = As<DateTime?[]>,
        ["interval[]"] = As<TimeSpan?[]>,
    };

    public object? Other => other;

    /// <summary>The value of the column, or an <see cref="UnreadableValue"/>.</summary>
    public static object? OrValue(DbDataReader reader, int column, string typeName)
    {
        try
        {
            return reader.GetValue(column);
        }
        catch (Exception error)
        {
            return new UnreadableValue(error, OtherOf(reader, column, typeName));
        }
    }

    public Exception Error()
    {
        ExceptionDispatchInfo.Throw(error);
        return error;
    }

    private static object? OtherOf(DbDataReader reader, int column, string typeName)
    {
        try
        {
            return Others.GetValueOrDefault(typeName)?.Invoke(reader, column);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static object As<T>(DbDataReader reader, int column) => reader.GetFieldValue<T>(column)!;
}
