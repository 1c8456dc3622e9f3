using System.Reflection;
using System.Runtime.CompilerServices;

namespace ActorPool.Core.Keys;

/// <summary>
/// Decides which keys .NET's own code compares and hashes: they can be looked up on any thread. Other keys run user code, which may take
/// locks, block and throw.
/// </summary>
internal static class PlainKey
{
    private static readonly Assembly CoreLibrary = typeof(object).Assembly;

    private static readonly ConditionalWeakTable<Type, object> Types = [];

    public static bool Is(object key) => key is string or int or long or Guid || (bool)Types.GetValue(key.GetType(), static type => IsPlain(type));

    /// <summary>One of .NET's own tuples, which are equal when their items are.</summary>
    public static bool IsTuple(Type type) =>
        type is { IsGenericType: true, Namespace: nameof(System) } && type.Assembly == CoreLibrary
        && (type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) || type.Name.StartsWith("Tuple`", StringComparison.Ordinal));

    private static bool IsPlain(Type type)
    {
        if (type.IsEnum || ComparesReferences(type))
            return true;
        if (type.Assembly != CoreLibrary)
            return false;
        // If the type of an item is not sealed, the item may be of a user's type.
        return !type.IsGenericType
            || ((IsTuple(type) || Nullable.GetUnderlyingType(type) is not null) && type.GetGenericArguments().All(item => item.IsSealed && IsPlain(item)));
    }

    private static bool ComparesReferences(Type type) =>
        type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType == typeof(object)
        && type.GetMethod(nameof(GetHashCode), Type.EmptyTypes)?.DeclaringType == typeof(object);
}
