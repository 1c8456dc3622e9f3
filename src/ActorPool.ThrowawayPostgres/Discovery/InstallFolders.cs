using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>Where installers put PostgreSQL's programs, platform by platform. A star stands for any folder name.</summary>
internal static partial class InstallFolders
{
    private static readonly string[] Linux =
    [
        "/usr/lib/postgresql/*/bin",        // Debian, Ubuntu
        "/usr/pgsql-*/bin",                 // Fedora and Red Hat, packages of postgresql.org
        "/usr/lib/postgresql*/bin",         // SUSE
        "/usr/libexec/postgresql*",         // Alpine
        "/usr/bin",                         // Fedora, Arch
        "/usr/local/pgsql/bin",             // built from source
        "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    ];

    private static readonly string[] MacOS =
    [
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/Library/PostgreSQL/*/bin",
        "/opt/local/lib/postgresql*/bin",
    ];

    private static readonly string[] Windows =
    [
        @"%ProgramFiles%\PostgreSQL\*\bin",
        @"%ProgramFiles(x86)%\PostgreSQL\*\bin",
        @"%UserProfile%\scoop\apps\postgresql*\current\bin",
    ];

    public static IEnumerable<string> OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(Path.IsPathFullyQualified);

    public static IEnumerable<string> Usual() =>
        (OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Linux)
        .Select(Environment.ExpandEnvironmentVariables);

    /// <summary>The existing folders that match a pattern with at most one star, newest version first.</summary>
    internal static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return Directory.Exists(pattern) ? [pattern] : [];

        var parent = Path.GetDirectoryName(pattern[..(star + 1)])!;
        var end = pattern.IndexOf(Path.DirectorySeparatorChar, star);
        var name = end < 0 ? pattern[(parent.Length + 1)..] : pattern[(parent.Length + 1)..end];
        var rest = end < 0 ? "" : pattern[(end + 1)..];
        return Directory.Exists(parent)
            ? NewestFirst(Directory.GetDirectories(parent, name).Select(found => Path.Combine(found, rest)).Where(Directory.Exists))
            : [];
    }

    /// <summary>Orders by the last number in the path: 17 before 9.6, and a folder without a number ("latest") first.</summary>
    internal static IEnumerable<string> NewestFirst(IEnumerable<string> folders) =>
        folders.OrderByDescending(folder => VersionNumber().Match(folder) is { Success: true } match
            ? double.Parse(match.Value, CultureInfo.InvariantCulture)
            : double.MaxValue);

    [GeneratedRegex(@"\d+(\.\d+)?", RegexOptions.RightToLeft)]
    private static partial Regex VersionNumber();
}
