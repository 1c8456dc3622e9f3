using System.Globalization;
using System.Reflection;
using Npgsql;

namespace ActorPool;

/// <summary>Settings and data sources as text that is safe to log.</summary>
internal static class PoolSettingsText
{
    // File names and service names are not secret.
    private static readonly string[] Secret = ["Password", "SSL Password"];

    private static readonly PropertyInfo[] Plain =
        [.. typeof(PoolSettings).GetProperties().Where(p => p.Name is not (nameof(PoolSettings.ConnectionString) or nameof(PoolSettings.DataSource) or nameof(PoolSettings.ConfigureDataSource)))];

    public static string Of(PoolSettings settings)
    {
        var values = Plain.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} = {ValueOf(p, settings)}"));
        return $"PoolSettings {{ Server = {Server(settings.DataSource?.ConnectionString ?? settings.ConnectionString)}, {string.Join(", ", values)} }}";
    }

    /// <summary>For the log at the start: the server, the size, and all keys with other values than the defaults.</summary>
    public static string Changed(PoolSettings settings)
    {
        var changed = Plain
            .Where(p => p.Name is not (nameof(PoolSettings.Name) or nameof(PoolSettings.MinConnections) or nameof(PoolSettings.MaxConnections)))
            .Where(p => !Equals(p.GetValue(settings), p.GetValue(PoolConfig.Defaults)))
            .Select(p => $"{SectionReader.Hyphenated(p.Name)} = {InHocon(p.GetValue(settings))}")
            .ToArray();
        var server = Server(settings.DataSource?.ConnectionString ?? settings.ConnectionString);
        return $"{server}, {settings.MinConnections} to {settings.MaxConnections} connections{(changed.Length == 0 ? "" : $"; changed from the defaults: {string.Join(", ", changed)}")}";
    }

    private static string InHocon(object? value) => value switch
    {
        null => "off",
        Delegate => "given",
        TimeSpan time => DurationText.Of(time),
        bool isOn => isOn ? "on" : "off",
        Enum choice => SectionReader.Hyphenated(choice.ToString()),
        PipelineSettings pipeline => InHocon(pipeline),
        ReconnectBackoff pause => string.Create(CultureInfo.InvariantCulture, $"{{ min = {DurationText.Of(pause.Min)}, max = {DurationText.Of(pause.Max)}, jitter = {pause.Jitter} }}"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string InHocon(PipelineSettings pipeline) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{ connections = {pipeline.Connections?.ToString(CultureInfo.InvariantCulture) ?? "half"}, max-batch = {pipeline.MaxBatch}, slow-after = {DurationText.Of(pipeline.SlowAfter)}, timeout = {DurationText.Of(pipeline.Timeout)}, accept-remote = {(pipeline.AcceptRemote ? "on" : "off")} }}");

    /// <summary>
    /// A connection string without its secret values. The driver itself removes only the password, and not with "Persist Security Info".
    /// </summary>
    public static string WithoutSecrets(string text)
    {
        var parts = new NpgsqlConnectionStringBuilder(text);
        var hasSecret = false;
        foreach (var keyword in Secret)
            hasSecret |= parts.Remove(keyword);
        return hasSecret ? parts.ConnectionString : text;
    }

    private static object ValueOf(PropertyInfo property, PoolSettings settings) =>
        property.GetValue(settings) switch { null => "off", Delegate => "given", var value => value };

    /// <summary>Host, port, database and user: the parts of a connection string that are not secret.</summary>
    public static string Server(string text)
    {
        if (text.Length == 0)
            return "none";
        var parts = new NpgsqlConnectionStringBuilder(text);
        return string.Create(CultureInfo.InvariantCulture, $"{Hosts(parts)}/{parts.Database ?? parts.Username} as {parts.Username}");
    }

    /// <summary>Every host of the string with its port.</summary>
    public static string Hosts(NpgsqlConnectionStringBuilder text) =>
        string.Join(',', (text.Host ?? "").Split(',', StringSplitOptions.TrimEntries).Select(host => HostAndPort(host, text.Port)));

    /// <param name="host">A name or an address, with or without a port, or the folder of a Unix socket.</param>
    /// <param name="port">The port of a host without one.</param>
    public static string HostAndPort(string host, int port)
    {
        var colon = host.LastIndexOf(':');
        var hasPort = colon > 0 && !Path.IsPathRooted(host) && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']');
        return hasPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }
}
