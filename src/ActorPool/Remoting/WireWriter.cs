using System.Runtime.Serialization;

namespace ActorPool.Remoting;

/// <summary>Writes a message for another process.</summary>
internal sealed class WireWriter() : BinaryWriter(new MemoryStream(), WireType.Text)
{
    public byte[] ToArray() => ((MemoryStream)OutStream).ToArray();

    public void WriteCount(int count) => Write7BitEncodedInt(count);

    public void WriteBytes(byte[] bytes)
    {
        WriteCount(bytes.Length);
        Write(bytes);
    }

    public void WriteText(string text) => WriteBytes(WireType.Text.GetBytes(text));

    /// <summary>Writes a value with its type.</summary>
    /// <param name="value">The value; null and <see cref="DBNull"/> are NULL.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <param name="number">Which one it is, if there are several.</param>
    /// <exception cref="SerializationException">Values of its type cannot be sent.</exception>
    public void WriteValue(object? value, string what, int number = 0) => WriteValue(value, what, number, ArrayCode.MostDepth);

    private void WriteValue(object? value, string what, int number, int depth)
    {
        if (value is null or DBNull)
        {
            Write(ArrayCode.Null);
            return;
        }

        var type = value.GetType();
        if (WireType.Find(type) is { } known)
        {
            Write(known.Code);
            known.Write(this, value);
        }
        else if (type.IsSZArray && depth > 0 && TryBeginArray(type.GetElementType()!))
        {
            var array = (Array)value;
            WriteCount(array.Length);
            foreach (var element in array)
                WriteValue(element, what, number, depth - 1);
        }
        else
        {
            throw new SerializationException(
                $"{what}{(number > 0 ? $" {number}" : "")} is a {type}, which cannot be sent to another process. Send null, a bool, a number, a string, a Guid, a date or time, bytes, or an array of these: "
                + "convert the value, or cast it in the SQL.");
        }
    }

    private bool TryBeginArray(Type element)
    {
        if (element == typeof(object))
        {
            Write(ArrayCode.Objects);
            return true;
        }

        var plain = Nullable.GetUnderlyingType(element);
        if (WireType.Find(plain ?? element) is not { } known)
            return false;
        Write(plain is null ? ArrayCode.Plain : ArrayCode.OfNullable);
        Write(known.Code);
        return true;
    }
}
