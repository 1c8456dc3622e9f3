using System.Globalization;
using System.Text.RegularExpressions;
using ActorPool.ThrowawayPostgres.Processes;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>A folder with the programs of one PostgreSQL installation.</summary>
internal sealed partial record PostgresBinaries(string Folder)
{
    public string InitDb => Path.Combine(Folder, FileName("initdb"));

    public string PgCtl => Path.Combine(Folder, FileName("pg_ctl"));

    public string BaseBackup => Path.Combine(Folder, FileName("pg_basebackup"));

    /// <summary>The major version that the server tells; null when it tells none.</summary>
    public async Task<int?> VersionAsync(CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync(Path.Combine(Folder, FileName("postgres")), ["--version"], Folder, cancellationToken: cancellationToken).ConfigureAwait(false);
        return VersionText().Match(result.Output) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    public static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    [GeneratedRegex(@"\(PostgreSQL\) (\d{1,4})")]
    private static partial Regex VersionText();
}
