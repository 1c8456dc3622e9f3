using Npgsql;

namespace ActorPool.Statements;

/// <summary>The value of one parameter, and how the driver gets it. A statement may be run often, so each run makes new driver parameters.</summary>
internal abstract class StatementParameter
{
    private const int SmallValue = 8;

    public abstract object? Value { get; }

    /// <summary>The size in bytes, estimated.</summary>
    public abstract int Bytes { get; }

    public abstract NpgsqlParameter ToNpgsql();

    public static StatementParameter Of(object? value) => new Typed<object?>(value);

    protected static int SizeOf<T>(T value) => value switch
    {
        string text => text.Length,
        byte[] bytes => bytes.Length,
        _ => SmallValue,
    };

    internal sealed class Typed<T>(T value) : StatementParameter
    {
        public override object? Value => value;

        public override int Bytes => SizeOf(value);

        public override NpgsqlParameter ToNpgsql() => value is null ? new NpgsqlParameter { Value = DBNull.Value } : new NpgsqlParameter<T> { TypedValue = value };
    }
}
