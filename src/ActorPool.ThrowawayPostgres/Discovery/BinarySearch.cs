using ActorPool.ThrowawayPostgres.Processes;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>
/// Finds a folder with PostgreSQL's programs: the first of the candidates that holds a whole server, else what the
/// download gives, else one message that says what to install.
/// </summary>
/// <param name="places">Folders in order of preference; a star stands for any name.</param>
/// <param name="download">Returns a folder, or throws the reason why it cannot.</param>
internal sealed class BinarySearch(IReadOnlyList<string> places, Func<CancellationToken, Task<string>> download)
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    /// <param name="tell">Receives a line of text while the download lasts.</param>
    public static BinarySearch Usual(Action<string> tell) =>
        new([.. InstallFolders.OnPath(), .. InstallFolders.Usual()], stop => EmbeddedBinaries.FetchAsync(tell, stop));

    public async Task<PostgresBinaries> FindAsync(CancellationToken cancellationToken)
    {
        var unusable = new List<string>();
        foreach (var candidate in places.SelectMany(InstallFolders.Expand).Where(IsServer).Select(Resolved).Distinct())
        {
            if (ServerUser.Current.CanReach(candidate))
                return new PostgresBinaries(candidate);

            unusable.Add($"{candidate} cannot be reached by {ServerUser.Current}, which the server must run as");
        }

        try
        {
            return new PostgresBinaries(await download(cancellationToken));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new PostgresUnavailableException(InstallAdvice.Text(places, unusable, e), e);
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
