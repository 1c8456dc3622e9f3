using Npgsql;

namespace ActorPool.Statements;

/// <summary>A parameter that the caller has made with the driver's class: it keeps its name, its type and its facets.</summary>
internal sealed class DriverParameter : StatementParameter
{
    private readonly NpgsqlParameter _parameter;
    private NpgsqlParameter? _first;

    /// <param name="given">The caller's. It is copied, because the caller may change it as soon as the statement is told.</param>
    public DriverParameter(NpgsqlParameter given) => _parameter = _first = given.Clone();

    public override object? Value => _parameter.Value is DBNull ? null : _parameter.Value;

    public override int Bytes => SizeOf(_parameter.Value);

    public override string? TypeName => _parameter.DataTypeName;

    public override bool IsRisky => WriteRisk.IsIn(Value, TypeName);

    /// <summary>The copy itself for the first run. A second run gets one of its own, because the first may still be on its way to a lost server.</summary>
    public override NpgsqlParameter ToNpgsql() => Interlocked.Exchange(ref _first, null) ?? _parameter.Clone();
}
