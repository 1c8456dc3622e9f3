namespace ActorPool.Statements;

/// <summary>
/// Finds values that the driver may refuse only while it writes them: a number that does not fit into the named type, a <see cref="DateTimeOffset"/> that is not
/// in UTC, values of types that are not known here. By then a part of the batch is sent and the driver gives the connection up, so such a statement is sent alone.
/// </summary>
internal static class WriteRisk
{
    // The driver checks their values, where that is needed, before it writes anything.
    private static readonly HashSet<Type> Safe =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(int), typeof(long), typeof(uint), typeof(float), typeof(double), typeof(decimal), typeof(char), typeof(string),
        typeof(Guid), typeof(DateTime), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(byte[]), typeof(DBNull),
    ];

    /// <summary>Whether every value of the type is written, or refused in time, if the type of the parameter is not named.</summary>
    public static bool IsNoneIn(Type type)
    {
        var element = type.IsArray ? type.GetElementType()! : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? type.GenericTypeArguments[0] : type;
        element = Nullable.GetUnderlyingType(element) ?? element;
        return Safe.Contains(element) || element.IsEnum;
    }

    /// <summary>Whether the driver may refuse this value while it writes it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="typeName">The name of the parameter's type; null for the type of the value.</param>
    public static bool IsIn(object? value, string? typeName) => value switch
    {
        null or string or char[] or byte[] or bool or Guid or DateTime => false,
        DateTimeOffset time => time.Offset != TimeSpan.Zero,
        _ when typeName is null => !IsNoneIn(value.GetType()),
        byte or sbyte or short => false,
        int => typeName is not ("int4" or "integer" or "int" or "int8" or "bigint" or "numeric"),
        long => typeName is not ("int8" or "bigint" or "numeric"),
        float => typeName is not ("float4" or "real" or "float8" or "double precision"),
        double => typeName is not ("float8" or "double precision"),
        decimal => typeName is not "numeric",
        _ => true,
    };
}
