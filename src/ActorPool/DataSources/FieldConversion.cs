using System.Numerics;
using System.Text;
using System.Text.Json;

namespace ActorPool.DataSources;

/// <summary>Gives a kept value as another type, as far as the driver's reader would: numbers by value, text as characters and bytes, dates and times.</summary>
internal static class FieldConversion
{
    // PostgreSQL counts from the year 2000 on.
    private static readonly long PostgresEpochTicks = new DateOnly(2000, 1, 1).ToDateTime(TimeOnly.MinValue).Ticks;

    /// <summary>The value as the type; null when it cannot be that type.</summary>
    /// <exception cref="OverflowException">The number is too large for the type.</exception>
    public static object? To(object value, Type type) => value switch
    {
        short or int or long => Integer(Convert.ToInt64(value, null), type),
        decimal number => Number(number, type),
        float number when type == typeof(double) => (double)number,
        double number when type == typeof(float) => (float)number,
        string text => Text(text, type),
        byte[] bytes when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(bytes),
        DateTime time => Time(time, type),
        DateOnly date when type == typeof(DateTime) => date == DateOnly.MaxValue ? DateTime.MaxValue : date.ToDateTime(TimeOnly.MinValue),
        TimeOnly time when type == typeof(TimeSpan) => time.ToTimeSpan(),
        TimeOnly time when type == typeof(long) => time.Ticks / TimeSpan.TicksPerMicrosecond,
        Array { Rank: 1 } array => Elements(array, type),
        _ => null,
    };

    private static object? Integer(long number, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => checked((sbyte)number),
        TypeCode.Byte => checked((byte)number),
        TypeCode.Int16 => checked((short)number),
        TypeCode.Int32 => checked((int)number),
        TypeCode.Int64 => number,
        TypeCode.Single => (float)number,
        TypeCode.Double => (double)number,
        TypeCode.Decimal => (decimal)number,
        _ => null,
    };

    // The driver cuts the fraction off, but not for a BigInteger.
    private static object? Number(decimal number, Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => (byte)number,
        TypeCode.Int16 => (short)number,
        TypeCode.Int32 => (int)number,
        TypeCode.Int64 => (long)number,
        TypeCode.Single => (float)number,
        TypeCode.Double => (double)number,
        _ => type == typeof(BigInteger) && decimal.IsInteger(number) ? new BigInteger(number) : null,
    };

    private static object? Text(string text, Type type)
    {
        if (type == typeof(char))
            return text.Length == 0 ? null : text[0];
        if (type == typeof(char[]))
            return text.ToCharArray();
        if (type == typeof(ReadOnlyMemory<char>))
            return text.AsMemory();
        if (type == typeof(byte[]))
            return Encoding.UTF8.GetBytes(text);
        if (type == typeof(ReadOnlyMemory<byte>))
            return new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text));
        if (type == typeof(JsonDocument))
            return JsonDocument.Parse(text);
        return type == typeof(JsonElement) ? JsonSerializer.Deserialize<JsonElement>(text) : null;
    }

    private static object? Time(DateTime time, Type type)
    {
        // The largest and the smallest value stand for infinity, and have no kind.
        var isInfinite = time == DateTime.MaxValue || time == DateTime.MinValue;
        if (type == typeof(DateTimeOffset) && (isInfinite || time.Kind == DateTimeKind.Utc))
            return new DateTimeOffset(time, TimeSpan.Zero);
        if (type != typeof(long))
            return null;
        return isInfinite ? (time == DateTime.MaxValue ? long.MaxValue : long.MinValue) : (time.Ticks - PostgresEpochTicks) / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>An array or a list of another type of element.</summary>
    private static object? Elements(Array array, Type type)
    {
        var isList = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
        if ((isList ? type.GenericTypeArguments[0] : type.IsSZArray ? type.GetElementType() : null) is not { } element)
            return null;
        var plain = Nullable.GetUnderlyingType(element) ?? element;
        var converted = Array.CreateInstance(element, array.Length);
        for (var index = 0; index < array.Length; index++)
        {
            var value = array.GetValue(index);
            if (value is { } given && !plain.IsInstanceOfType(given))
            {
                value = To(given, plain);
                if (value is null)
                    return null;
            }

            if (value is null && element.IsValueType && plain == element)
                return null;
            converted.SetValue(value, index);
        }

        return isList ? Activator.CreateInstance(type, converted) : converted;
    }
}
