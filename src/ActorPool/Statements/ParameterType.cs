namespace ActorPool.Statements;

/// <summary>What is known of the parameters of one static type. Decided once for each type.</summary>
internal static class ParameterType<T>
{
    private static readonly Type Type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);

    /// <summary>The value decides about its type, or whether it is allowed at all.</summary>
    public static readonly bool IsOfValue =
        typeof(T) == typeof(object) || typeof(T).IsInterface || typeof(T).IsAbstract || ParameterRule.Problem(Type) is not null
        || typeof(System.Data.Common.DbParameter).IsAssignableFrom(typeof(T)) || typeof(T) == typeof(DBNull);

    public static readonly bool IsEnum = Type.IsEnum;

    /// <summary>No value of it has a <see cref="WriteRisk"/>.</summary>
    public static readonly bool IsSafe = WriteRisk.IsNoneIn(Type);
}
