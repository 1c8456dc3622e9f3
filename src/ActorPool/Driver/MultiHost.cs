using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// A given <see cref="NpgsqlMultiHostDataSource"/>, or one side of it (<see cref="NpgsqlMultiHostDataSource.WithTargetSession"/>), by its hosts:
/// the pool tries them itself, as those of a connection string. Where the driver has moved what that needs, it is used as a whole.
/// </summary>
internal static class MultiHost
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Its data sources, one for each host, and the kind of session that it asks for; null when it is no such source or cannot be taken apart.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Any error of a driver of another version means the same: it is used as a whole.")]
    public static (NpgsqlDataSource[] Sources, string? Target)? TakeApart(NpgsqlDataSource given)
    {
        try
        {
            var whole = given as NpgsqlMultiHostDataSource ?? Read(given, "WrappedSource") as NpgsqlMultiHostDataSource;
            return whole is not null && Read(whole, "Pools") is NpgsqlDataSource[] { Length: > 0 } sources && Read(given, "Settings") is NpgsqlConnectionStringBuilder settings
                ? (sources, settings.TargetSessionAttributes)
                : null;
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static object? Read(object owner, string property) => owner.GetType().GetProperty(property, All)?.GetValue(owner);
}
