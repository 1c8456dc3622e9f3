using ActorPool.ThrowawayPostgres.Processes;

namespace ActorPool.ThrowawayPostgres.Clusters;

/// <summary>The temporary folder of one throwaway cluster: the owner's mark, and the data directory beside it.</summary>
internal sealed class ClusterFolder
{
    public ClusterFolder(string path) => Path = path;

    /// <summary>Where such folders are made: a place that the server's user can reach.</summary>
    public static string Parent { get; } = new[] { System.IO.Path.GetTempPath(), "/tmp", "/var/tmp" }
        .First(place => (Directory.Exists(place) && ServerUser.Current.CanReach(place)) || place == "/var/tmp");

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>Inside the data directory: the server's user must be able to write it.</summary>
    public string Log => System.IO.Path.Combine(Data, "server.log");

    /// <summary>Exists while a server runs, and after a crash.</summary>
    public string PidFile => System.IO.Path.Combine(Data, "postmaster.pid");

    /// <summary>The common prefix of the folders. Each user has one, so that no run removes the folders of another user.</summary>
    private static string Prefix => $"actorpool-postgres-{Environment.UserName}-";

    /// <exception cref="PostgresUnavailableException">The system refuses it.</exception>
    public static (ClusterFolder Folder, OwnerMark Mark) Create() => CreateIn(Parent);

    internal static (ClusterFolder Folder, OwnerMark Mark) CreateIn(string parent)
    {
        var folder = new ClusterFolder(System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..12]));
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder.Path);
            else
                Directory.CreateDirectory(folder.Path, Rights());

            return (folder, OwnerMark.Put(folder.Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var variable = OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";
            throw new PostgresUnavailableException(
                $"Cannot make a folder for the server in {parent}: {e.Message.TrimEnd('.')}. Make room there, or set {variable} to a folder that can be written.", e);
        }
    }

    /// <summary>The folders of earlier runs whose owners are gone.</summary>
    public static IEnumerable<ClusterFolder> Abandoned() =>
        Directory.EnumerateDirectories(Parent, Prefix + "*")
            .Where(path => !OwnerMark.OwnerLives(path))
            .Select(path => new ClusterFolder(path));

    private static UnixFileMode Rights() =>
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | (ServerUser.Current.IsAnother ? UnixFileMode.OtherExecute : UnixFileMode.None);
}
