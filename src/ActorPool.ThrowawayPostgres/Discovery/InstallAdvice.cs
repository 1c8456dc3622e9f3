namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>The one message for a machine without PostgreSQL.</summary>
internal static class InstallAdvice
{
    public static string Text(int? version, IEnumerable<string> searched, IEnumerable<string> unusable, Exception download)
    {
        var problems = string.Concat(unusable.Select(line => $"\n    {line}"));
        var what = version is null ? "PostgreSQL" : $"PostgreSQL {version}";
        return $"""
            No {what} was found, and none could be downloaded.
              Looked for initdb, pg_ctl and postgres in: {string.Join(", ", searched.Distinct().DefaultIfEmpty("(no folder)"))}{problems}
              The download (MysticMind.PostgresEmbed) failed: {Innermost(download)}
            Install {what}:
              Debian, Ubuntu   apt install postgresql
              Fedora           dnf install postgresql-server
              Alpine           apk add postgresql
              Arch             pacman -S postgresql
              macOS            brew install postgresql, or https://postgresapp.com
              Windows          the installer from https://www.postgresql.org/download/windows
            Or name a running server: set {PostgresServer.EnvironmentVariable} to its connection string, for example
              {PostgresServer.EnvironmentVariable}="Host=localhost;Username=postgres;Password=...;Database=postgres"
            """;
    }

    private static string Innermost(Exception e) => e.GetBaseException().Message;
}
