using ActorPool.ThrowawayPostgres.Discovery;
using ActorPool.ThrowawayPostgres.Processes;

namespace ActorPool.ThrowawayPostgres.Clusters;

/// <summary>PostgreSQL's own commands on one data directory.</summary>
internal sealed class Cluster(PostgresBinaries binaries, ClusterFolder folder)
{
    private const int LogTailLines = 15;

    /// <summary>Creates the data directory, without passwords since it is for loopback only, and without syncing since it is temporary.</summary>
    public async Task InitializeAsync(string locale, CancellationToken cancellationToken)
    {
        await CreateDataAsync(cancellationToken).ConfigureAwait(false);
        var result = await ServerUser.Current.RunAsync(
            binaries.InitDb,
            ["-D", folder.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", $"--locale={locale}", "--no-sync"],
            folder.Path,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw new PostgresUnavailableException($"initdb from {binaries.Folder} failed: {result.Output}");
    }

    /// <summary>Copies the data directory of a running server, so that this one follows it as its standby.</summary>
    public async Task CopyAsync(int port, CancellationToken cancellationToken)
    {
        await CreateDataAsync(cancellationToken).ConfigureAwait(false);
        var result = await ServerUser.Current.RunAsync(
            binaries.BaseBackup,
            ["-D", folder.Data, "-h", "127.0.0.1", "-p", $"{port}", "-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync"],
            folder.Path,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw new PostgresUnavailableException($"pg_basebackup from {binaries.Folder} failed: {result.Output}");
        // The log of the server that was copied.
        File.Delete(folder.Log);
    }

    /// <summary>Adds lines to the configuration; read at the next start.</summary>
    public void Configure(string lines) => File.AppendAllText(Path.Combine(folder.Data, "postgresql.conf"), lines);

    /// <summary>Starts the server and waits until it is up; pg_ctl detaches it from this terminal and its Ctrl+C.</summary>
    /// <returns>Null, or why it did not come up.</returns>
    public async Task<string?> TryStartAsync(CancellationToken cancellationToken)
    {
        var alreadyLogged = LogLines().Length;
        var result = await PgCtlAsync(
            ["start", "-s", "-w", "-t", "60", "-l", folder.Log], capture: !OperatingSystem.IsWindows(), cancellationToken).ConfigureAwait(false);
        return result.Succeeded
            ? null
            : $"{result.Output}\n{string.Join('\n', LogLines().Skip(alreadyLogged).TakeLast(LogTailLines))}".Trim();
    }

    public async Task StopAsync(PostgresStopMode mode, CancellationToken cancellationToken)
    {
        // pg_ctl names its modes as ours are named.
        var result = await PgCtlAsync(["stop", "-s", "-w", "-t", "60", "-m", mode.ToString().ToLowerInvariant()], cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded && await IsRunningAsync().ConfigureAwait(false))
            throw new InvalidOperationException($"The server did not stop ({mode}): {result.Output}");
    }

    public async Task<bool> IsRunningAsync() => (await PgCtlAsync(["status"]).ConfigureAwait(false)).Succeeded;

    /// <summary>The end of the server's log, for an error's text.</summary>
    public string LogTail() => string.Join('\n', LogLines().TakeLast(LogTailLines));

    private async Task CreateDataAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder.Data);
        else
            Directory.CreateDirectory(folder.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await ServerUser.Current.OwnAsync(folder.Data, cancellationToken).ConfigureAwait(false);
    }

    private string[] LogLines()
    {
        if (!File.Exists(folder.Log))
            return [];

        // The server writes it at the same time.
        using var file = new FileStream(folder.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Task<CommandResult> PgCtlAsync(
        IEnumerable<string> arguments,
        bool capture = true,
        CancellationToken cancellationToken = default) =>
        ServerUser.Current.RunAsync(binaries.PgCtl, ["-D", folder.Data, .. arguments], folder.Path, capture, cancellationToken);
}
