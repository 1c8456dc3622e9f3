using System.Globalization;
using System.Reflection;
using Npgsql;

namespace ActorPool;

/// <summary>Settings and data sources in words that are safe to log.</summary>
internal static class PoolSettingsText
{
    private static readonly PropertyInfo[] Plain =
        [.. typeof(PoolSettings).GetProperties().Where(p => p.Name is not (nameof(PoolSettings.ConnectionString) or nameof(PoolSettings.DataSource) or nameof(PoolSettings.ConfigureDataSource)))];

    public static string Of(PoolSettings settings)
    {
        var values = Plain.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} = {ValueOf(p, settings)}"));
        return $"PoolSettings {{ Server = {Server(settings.DataSource?.ConnectionString ?? settings.ConnectionString)}, {string.Join(", ", values)} }}";
    }

    private static object ValueOf(PropertyInfo property, PoolSettings settings) =>
        property.GetValue(settings) switch { null => "off", Delegate => "given", var value => value };

    /// <summary>Host, port, database and user; nothing else of a connection string is known to be harmless.</summary>
    public static string Server(string text)
    {
        if (text.Length == 0)
            return "none";
        var parts = new NpgsqlConnectionStringBuilder(text);
        return string.Create(CultureInfo.InvariantCulture, $"{parts.Host}:{parts.Port}/{parts.Database ?? parts.Username} as {parts.Username}");
    }
}
