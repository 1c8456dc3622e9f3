using System.Globalization;
using ActorPool.ThrowawayPostgres.Processes;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>
/// Finds a folder with PostgreSQL's programs: the first of the candidates that holds a whole server, else what the
/// download gives, else one message that says what to install.
/// </summary>
/// <param name="places">Folders in order of preference; a star stands for any name.</param>
/// <param name="download">Returns a folder, or throws the reason why it cannot.</param>
internal sealed class BinarySearch(IReadOnlyList<string> places, Func<int?, CancellationToken, Task<string>> download)
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    /// <param name="tell">Receives a line of text while the download lasts.</param>
    public static BinarySearch Usual(Action<string> tell) =>
        new([.. InstallFolders.OnPath(), .. InstallFolders.Usual()], (version, stop) => EmbeddedBinaries.FetchAsync(version, tell, stop));

    /// <param name="version">The major version; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PostgresBinaries> FindAsync(int? version, CancellationToken cancellationToken)
    {
        var unusable = new List<string>();
        foreach (var candidate in places.SelectMany(InstallFolders.Expand).Where(IsServer).Select(Resolved).Distinct())
        {
            var binaries = new PostgresBinaries(candidate);
            if (!ServerUser.Current.CanReach(candidate))
                unusable.Add($"{candidate} cannot be reached by {ServerUser.Current}, which the server must run as");
            else if (version is { } asked && await binaries.VersionAsync(cancellationToken).ConfigureAwait(false) is var found && found != asked)
                unusable.Add($"{candidate} has version {found?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, and the options ask for {asked}");
            else
                return binaries;
        }

        try
        {
            return new PostgresBinaries(await download(version, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new PostgresUnavailableException(InstallAdvice.Text(version, places, unusable, e), e);
        }
    }

    internal static bool IsServer(string folder) =>
        Needed.All(name => File.Exists(Path.Combine(folder, PostgresBinaries.FileName(name))));

    /// <summary>Links on the PATH lead to the folder where the whole installation is.</summary>
    private static string Resolved(string folder)
    {
        var target = File.ResolveLinkTarget(
            Path.Combine(folder, PostgresBinaries.FileName("postgres")), returnFinalTarget: true);
        var home = Path.GetDirectoryName(target?.FullName);
        return home is not null && IsServer(home) ? home : folder;
    }
}
