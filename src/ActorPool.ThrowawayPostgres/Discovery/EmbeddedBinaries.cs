using ActorPool.ThrowawayPostgres.Processes;
using MysticMind.PostgresEmbed;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>
/// The last resort: MysticMind.PostgresEmbed downloads PostgreSQL. Only its binaries are used, so that a downloaded
/// server is guarded and removed in the same way as an installed one; they stay in a cache folder for the next time.
/// </summary>
internal static class EmbeddedBinaries
{
    private const string Version = "17.6.0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<string> FetchAsync(CancellationToken cancellationToken) =>
        FetchAsync(CacheFolder(), PgServerOptions.DefaultMavenRepo, cancellationToken);

    internal static async Task<string> FetchAsync(string cache, string source, CancellationToken cancellationToken)
    {
        var server = new PgServer(new PgServerOptions
        {
            PgVersion = Version,
            DbDir = cache,
            BinariesDir = cache,
            MavenRepo = source,
            DownloadRetryCount = 1,
        });

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await server.InstallAsync(patience.Token).WaitAsync(patience.Token);
            return server.PgBinDir;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came from {source} within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Root's own cache would be out of reach for the user that the server runs as.</summary>
    private static string CacheFolder()
    {
        var parent = !ServerUser.Current.IsAnother ? PgCache.DefaultDirectory
            : OperatingSystem.IsMacOS() ? "/Library/Caches/pgembed"
            : "/var/cache/pgembed";
        return Path.Combine(parent, "binaries");
    }
}
