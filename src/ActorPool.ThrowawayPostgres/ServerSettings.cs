using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorPool.ThrowawayPostgres;

/// <summary>The lines that a throwaway server's <c>postgresql.conf</c> gets at its end; the last one of a name wins.</summary>
internal sealed partial class ServerSettings
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase)
    {
        // The data need not survive a power cut.
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",
    };

    public ServerSettings(PostgresServerOptions options)
    {
        UnixSocket = options.UnixSocket;
        Port = options.Port;
        Locale = options.Locale;
        if (UnixSocket && OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException($"{nameof(options.UnixSocket)} is not available on Windows. Leave it out, or set it to !OperatingSystem.IsWindows().");

        foreach (var (name, value) in options.Settings)
        {
            if (!SettingName().IsMatch(name))
                throw new ArgumentException($"'{name}' cannot be the name of a PostgreSQL setting.", nameof(options));

            _settings[name] = value ?? throw new ArgumentException($"The setting '{name}' has no value. Give it an empty text or leave it out.", nameof(options));
        }

        _settings["max_connections"] = options.MaxServerConnections.ToString(CultureInfo.InvariantCulture);
        _settings["superuser_reserved_connections"] = "0";
        _settings["listen_addresses"] = "127.0.0.1";
        // Some distributions turn the collector on, and the log would go elsewhere.
        _settings["logging_collector"] = "off";
        _settings["log_destination"] = "stderr";
    }

    public bool UnixSocket { get; }

    /// <summary>The port that the user has chosen; 0 for a free one.</summary>
    public int Port { get; }

    public string Locale { get; }

    /// <param name="port">The port that the server listens on.</param>
    /// <param name="socketFolder">The folder of its Unix socket, if it is to have one.</param>
    public string Lines(int port, string socketFolder)
    {
        var lines = new StringBuilder("\n");
        foreach (var (name, value) in _settings)
            Append(name, value);

        // The value is a list of folders: quotes keep one with commas whole.
        Append("unix_socket_directories", UnixSocket ? $"\"{socketFolder}\"" : "");
        return lines.Append(CultureInfo.InvariantCulture, $"port = {port}\n").ToString();

        void Append(string name, string value) => lines.Append(CultureInfo.InvariantCulture, $"{name} = '{Escape(value)}'\n");
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("'", "''", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?\z")]
    private static partial Regex SettingName();
}
