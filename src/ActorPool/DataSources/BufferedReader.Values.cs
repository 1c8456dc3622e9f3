using System.Data.Common;

namespace ActorPool.DataSources;

// The values of the row on which the reader stands.
internal sealed partial class BufferedReader
{
    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override object GetValue(int ordinal) => Kept(ordinal) switch
    {
        UnreadableValue unreadable => throw unreadable.Error(),
        var value => value!,
    };

    public override int GetValues(object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var count = Math.Min(Row().Length, values.Length);
        for (var ordinal = 0; ordinal < count; ordinal++)
            values[ordinal] = GetValue(ordinal);
        return count;
    }

    public override bool IsDBNull(int ordinal) => Kept(ordinal) is DBNull;

    public override T GetFieldValue<T>(int ordinal)
    {
        var kept = Kept(ordinal);
        if (kept is T value and not UnreadableValue)
            return value;
        return kept switch
        {
            // A function that returns void.
            null when default(T) is null => default!,
            DBNull => default(T) is null && typeof(T).IsValueType
                ? default!
                : throw new InvalidCastException($"Column '{GetName(ordinal)}' is NULL. Ask IsDBNull first, or read it as a nullable type."),
            UnreadableValue unreadable => unreadable.Other is { } other && other.GetType() == typeof(T) ? (T)other : throw unreadable.Error(),
            _ => kept is not null && Converted(kept, ordinal, typeof(T)) is T converted ? converted : throw NotAs(kept, ordinal, typeof(T)),
        };
    }

    public override bool GetBoolean(int ordinal) => GetFieldValue<bool>(ordinal);

    public override byte GetByte(int ordinal) => GetFieldValue<byte>(ordinal);

    public override char GetChar(int ordinal) => GetFieldValue<char>(ordinal);

    public override short GetInt16(int ordinal) => GetFieldValue<short>(ordinal);

    public override int GetInt32(int ordinal) => GetFieldValue<int>(ordinal);

    public override long GetInt64(int ordinal) => GetFieldValue<long>(ordinal);

    public override float GetFloat(int ordinal) => GetFieldValue<float>(ordinal);

    public override double GetDouble(int ordinal) => GetFieldValue<double>(ordinal);

    public override decimal GetDecimal(int ordinal) => GetFieldValue<decimal>(ordinal);

    public override DateTime GetDateTime(int ordinal) => GetFieldValue<DateTime>(ordinal);

    public override Guid GetGuid(int ordinal) => GetFieldValue<Guid>(ordinal);

    public override string GetString(int ordinal) => GetFieldValue<string>(ordinal);

    /// <summary>Of bytes and of text. The driver's reader gives the bytes of other types, too, as the server has sent them.</summary>
    public override Stream GetStream(int ordinal) => new MemoryStream(BytesOf(ordinal), writable: false);

    public override TextReader GetTextReader(int ordinal) => new StringReader(GetString(ordinal));

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        Copy<byte>(BytesOf(ordinal), dataOffset, buffer, bufferOffset, length);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        Copy(GetString(ordinal).AsSpan(), dataOffset, buffer, bufferOffset, length);

    protected override DbDataReader GetDbDataReader(int ordinal) =>
        throw new NotSupportedException("The values of a record are read by GetValue, as an array. For GetData run the command on a connection: OpenConnectionAsync.");

    private static long Copy<T>(ReadOnlySpan<T> source, long offset, T[]? target, int targetOffset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (target is null)
            return source.Length;
        var part = source[(int)Math.Min(offset, source.Length)..];
        part = part[..Math.Min(length, part.Length)];
        part.CopyTo(target.AsSpan(targetOffset, length));
        return part.Length;
    }

    private byte[] BytesOf(int ordinal) => Kept(ordinal) is byte[] or string or DBNull ? GetFieldValue<byte[]>(ordinal) : throw NotAs(Kept(ordinal), ordinal, typeof(Stream));

    private object? Converted(object kept, int ordinal, Type type)
    {
        if (type == typeof(Stream))
            return GetStream(ordinal);
        return type == typeof(TextReader) ? GetTextReader(ordinal) : FieldConversion.To(kept, Nullable.GetUnderlyingType(type) ?? type);
    }

    private InvalidCastException NotAs(object? kept, int ordinal, Type type) => new(
        $"Column '{GetName(ordinal)}' of type {GetDataTypeName(ordinal)} is kept as {kept?.GetType()} and cannot be read as {type}. A command of the data source reads its rows in full before "
        + "the reader is returned: read the type that GetFieldType names, or run the command on a connection (OpenConnectionAsync), whose reader is the driver's.");

    private object?[] Row() => Opened(IsOnRow) ? rows[_row] : throw NoResult();

    private object? Kept(int ordinal)
    {
        var row = Row();
        return (uint)ordinal < (uint)row.Length ? row[ordinal] : Column(ordinal);
    }
}
