using System.Collections;
using Npgsql;

namespace ActorPool.Statements;

/// <summary>The value of one parameter, and how the driver gets it. A statement may be run often, so each run makes new driver parameters.</summary>
internal abstract class StatementParameter
{
    protected const int SmallValue = 8;

    public abstract object? Value { get; }

    /// <summary>The size in bytes, estimated.</summary>
    public abstract int Bytes { get; }

    /// <summary>The name of its type in PostgreSQL, if one was given.</summary>
    public virtual string? TypeName => null;

    /// <summary>The type of the expression, from which the driver takes the type of a null; null if there is none.</summary>
    public virtual Type? StaticType => null;

    /// <summary>As <see cref="WriteRisk"/> finds it.</summary>
    public abstract bool IsRisky { get; }

    public abstract NpgsqlParameter ToNpgsql();

    /// <summary>A parameter of the static type of an expression. Null has that type, too.</summary>
    /// <exception cref="ArgumentException">It cannot be a parameter.</exception>
    public static StatementParameter Of<T>(T value) =>
        ParameterType<T>.IsOfValue ? OfValue(value) : new Typed<T>(value);

    /// <summary>The same with a type of PostgreSQL.</summary>
    public static StatementParameter Of<T>(T value, string typeName) =>
        ParameterType<T>.IsEnum && EnumValue.As(value, typeName) is { } converted ? new Named<object>(converted, typeName)
        : value is NpgsqlParameter ? throw new ArgumentException($"An NpgsqlParameter has its own type: leave out ':{typeName}'.", nameof(value))
        : ParameterType<T>.IsOfValue ? new Named<object?>(ParameterRule.Checked(value), typeName)
        : new Named<T>(value, typeName);

    /// <summary>A parameter whose type is that of the value.</summary>
    /// <exception cref="ArgumentException">It cannot be a parameter.</exception>
    public static StatementParameter OfValue(object? value) => ParameterRule.Checked(value) switch
    {
        NpgsqlParameter given => new DriverParameter(WithoutName(given)),
        DBNull => new Typed<object?>(null),
        var other => new Typed<object?>(other),
    };

    // Parameters of a statement have numbers.
    private static NpgsqlParameter WithoutName(NpgsqlParameter given)
    {
        if (given.ParameterName.Length == 0)
            return given;
        var copy = given.Clone();
        copy.ParameterName = "";
        return copy;
    }

    protected static int SizeOf(object? value) => value switch
    {
        string text => text.Length,
        byte[] bytes => bytes.Length,
        ICollection values => values.Count * SmallValue * 2,
        _ => SmallValue,
    };

    private class Typed<T>(T value) : StatementParameter
    {
        public override object? Value => value;

        public override int Bytes => typeof(T).IsValueType ? SmallValue : SizeOf(value);

        public override Type? StaticType => typeof(T) == typeof(object) ? null : typeof(T);

        public override bool IsRisky => !ParameterType<T>.IsSafe && WriteRisk.IsIn(value, TypeName);

        // An object has the type of the value, and null has none.
        public override NpgsqlParameter ToNpgsql() =>
            typeof(T) == typeof(object) ? new NpgsqlParameter { Value = value ?? (object)DBNull.Value } : new NpgsqlParameter<T> { TypedValue = value };
    }

    private sealed class Named<T>(T value, string typeName) : Typed<T>(value)
    {
        public override string TypeName => typeName;

        public override bool IsRisky => WriteRisk.IsIn(Value, typeName);

        public override NpgsqlParameter ToNpgsql()
        {
            var parameter = base.ToNpgsql();
            parameter.DataTypeName = typeName;
            return parameter;
        }
    }
}
