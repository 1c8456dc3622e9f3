using System.Globalization;

namespace ActorPool.Statements;

/// <summary>An enum as a number or as its name. Without such a type the driver gets the enum itself, which it knows when it is mapped.</summary>
internal static class EnumValue
{
    /// <summary>Null for another type of PostgreSQL, and for null.</summary>
    public static object? As<T>(T value, string typeName) => value is null ? null : typeName switch
    {
        "int2" or "smallint" => Convert.ToInt16(value, CultureInfo.InvariantCulture),
        "int4" or "integer" or "int" => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        "int8" or "bigint" => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        "text" or "varchar" or "character varying" => value.ToString(),
        _ => null,
    };
}
