using System.Reflection;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>
/// Takes a given <see cref="NpgsqlMultiHostDataSource"/>, or a view of it (<see cref="NpgsqlMultiHostDataSource.WithTargetSession"/>), apart into
/// its hosts: the pool tries them itself, as it does those of a connection string. In an unknown version of the driver it stays whole.
/// </summary>
internal static class MultiHost
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>One data source for each host, and the wanted kind of session; null when the source has one host or cannot be taken apart.</summary>
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
            // This version of the driver is not known.
            return null;
        }
    }

    private static object? Read(object owner, string property) => owner.GetType().GetProperty(property, All)?.GetValue(owner);
}
