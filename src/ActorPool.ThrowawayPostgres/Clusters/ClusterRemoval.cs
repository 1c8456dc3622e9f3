using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.ThrowawayPostgres.Clusters;

/// <summary>
/// The end of a cluster, the same for its owner, its guard and the sweep of a later run: stop the server, delete the
/// folder. None of them needs to know how far another one got; the last one finds nothing to do.
/// </summary>
internal static class ClusterRemoval
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="IOException">Something still holds the folder after 20 s.</exception>
    public static async Task RunAsync(PostgresBinaries binaries, ClusterFolder folder)
    {
        var cluster = new Cluster(binaries, folder);
        for (var end = DateTime.UtcNow + Patience; Directory.Exists(folder.Path);)
        {
            try
            {
                // Checked in every round: an owner that was killed may have left a start in progress.
                if (File.Exists(folder.PidFile))
                    await cluster.StopAsync(PostgresStopMode.Immediate, CancellationToken.None).ConfigureAwait(false);

                Directory.Delete(folder.Path, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another process has removed a part of it meanwhile.
            }
            catch (Exception e) when (IsPassing(e) && DateTime.UtcNow < end)
            {
                await Task.Delay(Pause).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the folders that earlier runs left behind. The next run tries again those that cannot be removed now.</summary>
    public static async Task SweepAsync(PostgresBinaries binaries)
    {
        foreach (var folder in ClusterFolder.Abandoned().ToList())
        {
            try
            {
                await RunAsync(binaries, folder).ConfigureAwait(false);
            }
            catch (Exception e) when (IsPassing(e))
            {
            }
        }
    }

    private static bool IsPassing(Exception e) =>
        e is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception;
}
