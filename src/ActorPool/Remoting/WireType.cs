using System.Text;

namespace ActorPool.Remoting;

/// <summary>A type of values that can go to another process, and how such a value is written and read.</summary>
/// <remarks>The codes are the format: a code never changes its meaning.</remarks>
internal abstract class WireType(byte code, Type type, string? nameOfNull)
{
    // A string that is not valid Unicode is refused where it is sent: the server would refuse it, too.
    public static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly WireType[] All =
    [
        new Of<bool>(1, (to, value) => to.Write(value), from => from.ReadBoolean(), "bool"),
        new Of<byte>(2, (to, value) => to.Write(value), from => from.ReadByte()),
        new Of<sbyte>(3, (to, value) => to.Write(value), from => from.ReadSByte()),
        new Of<short>(4, (to, value) => to.Write(value), from => from.ReadInt16(), "int2"),
        new Of<ushort>(5, (to, value) => to.Write(value), from => from.ReadUInt16()),
        new Of<int>(6, (to, value) => to.Write(value), from => from.ReadInt32(), "int4"),
        new Of<uint>(7, (to, value) => to.Write(value), from => from.ReadUInt32()),
        new Of<long>(8, (to, value) => to.Write(value), from => from.ReadInt64(), "int8"),
        new Of<ulong>(9, (to, value) => to.Write(value), from => from.ReadUInt64()),
        new Of<float>(10, (to, value) => to.Write(value), from => from.ReadSingle(), "float4"),
        new Of<double>(11, (to, value) => to.Write(value), from => from.ReadDouble(), "float8"),
        new Of<decimal>(12, (to, value) => to.Write(value), from => from.ReadDecimal(), "numeric"),
        new Of<char>(13, (to, value) => to.Write((ushort)value), from => (char)from.ReadUInt16()),
        new Of<string>(14, (to, value) => to.WriteText(value), from => from.ReadText(), "text"),
        new Of<Guid>(15, (to, value) => to.Write(value.ToByteArray()), from => new Guid(from.ReadExactly(16)), "uuid"),
        new Of<DateTime>(16, WriteTime, from => new DateTime(from.ReadInt64(), (DateTimeKind)from.ReadByte())),
        new Of<DateTimeOffset>(17, WriteTime, from => new DateTimeOffset(from.ReadInt64(), TimeSpan.FromMinutes(from.ReadInt16()))),
        new Of<DateOnly>(18, (to, value) => to.Write(value.DayNumber), from => DateOnly.FromDayNumber(from.ReadInt32()), "date"),
        new Of<TimeOnly>(19, (to, value) => to.Write(value.Ticks), from => new TimeOnly(from.ReadInt64()), "time"),
        new Of<TimeSpan>(20, (to, value) => to.Write(value.Ticks), from => new TimeSpan(from.ReadInt64()), "interval"),
        new Of<byte[]>(21, (to, value) => to.WriteBytes(value), from => from.ReadBytes(), "bytea"),
    ];

    private static readonly Dictionary<Type, WireType> ByType = All.ToDictionary(known => known.Type);
    private static readonly Dictionary<byte, WireType> ByCode = All.ToDictionary(known => known.Code);

    public byte Code => code;

    public Type Type => type;

    /// <summary>The PostgreSQL type of a null of this type, where the driver has one for it; a null itself is sent without a type.</summary>
    public string? NameOfNull => nameOfNull;

    /// <summary>Null for a type that cannot be sent.</summary>
    public static WireType? Find(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>Null for an unknown code.</summary>
    public static WireType? Find(byte code) => ByCode.GetValueOrDefault(code);

    public abstract void Write(WireWriter to, object value);

    public abstract object Read(WireReader from);

    private static void WriteTime(WireWriter to, DateTime value)
    {
        to.Write(value.Ticks);
        to.Write((byte)value.Kind);
    }

    private static void WriteTime(WireWriter to, DateTimeOffset value)
    {
        to.Write(value.Ticks);
        to.Write((short)value.TotalOffsetMinutes);
    }

    private sealed class Of<T>(byte code, Action<WireWriter, T> write, Func<WireReader, T> read, string? nameOfNull = null) : WireType(code, typeof(T), nameOfNull)
    {
        public override void Write(WireWriter to, object value) => write(to, (T)value);

        public override object Read(WireReader from) => read(from)!;
    }
}
