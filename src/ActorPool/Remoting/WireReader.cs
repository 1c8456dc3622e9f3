using System.Runtime.Serialization;

namespace ActorPool.Remoting;

/// <summary>Reads a message of another process, which may be hostile: no count in it is believed before the bytes are there.</summary>
internal sealed class WireReader(byte[] bytes) : BinaryReader(new MemoryStream(bytes), WireType.Text)
{
    private long Left => bytes.Length - BaseStream.Position;

    /// <summary>A number of things of which each takes at least one byte.</summary>
    public int ReadCount()
    {
        var count = Read7BitEncodedInt();
        return count >= 0 && count <= Left ? count : throw Malformed($"a count of {count} with {Left} bytes left");
    }

    public byte[] ReadExactly(int count)
    {
        var read = ReadBytes(count);
        return read.Length == count ? read : throw Malformed("its end is missing");
    }

    public byte[] ReadBytes() => ReadExactly(ReadCount());

    public string ReadText() => WireType.Text.GetString(ReadBytes());

    /// <summary>A list of things of which each takes at least one byte.</summary>
    public T[] ReadAll<T>(Func<T> read)
    {
        var all = new T[ReadCount()];
        for (var index = 0; index < all.Length; index++)
            all[index] = read();
        return all;
    }

    public object? ReadValue() => ReadValue(ArrayCode.MostDepth);

    /// <summary>The message must be over.</summary>
    public void ReadEnd()
    {
        if (Left > 0)
            throw Malformed($"{Left} bytes are left");
    }

    public static SerializationException Malformed(string problem) => new($"A message for a connection pool is malformed: {problem}.");

    private object? ReadValue(int depth)
    {
        var code = ReadByte();
        if (code == ArrayCode.Null)
            return null;
        if (WireType.Find(code) is { } known)
            return known.Read(this);
        var element = code switch
        {
            ArrayCode.Objects => typeof(object),
            ArrayCode.Plain => ReadElementType(),
            ArrayCode.OfNullable when ReadElementType() is { IsValueType: true } type => typeof(Nullable<>).MakeGenericType(type),
            _ => throw Malformed($"the type code {code} is unknown"),
        };
        if (depth == 0)
            throw Malformed("too many arrays are inside each other");
        var array = Array.CreateInstance(element, ReadCount());
        var mayBeNull = !element.IsValueType || Nullable.GetUnderlyingType(element) is not null;
        for (var index = 0; index < array.Length; index++)
        {
            var value = ReadValue(depth - 1);
            array.SetValue(value is not null || mayBeNull ? value : throw Malformed("a null in an array of values"), index);
        }

        return array;
    }

    private Type ReadElementType() => WireType.Find(ReadByte())?.Type ?? throw Malformed("an unknown type of an array");
}
