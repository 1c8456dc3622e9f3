using ActorPool.ThrowawayPostgres.Processes;
using MysticMind.PostgresEmbed;

namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>
/// The last resort: MysticMind.PostgresEmbed downloads PostgreSQL. Only its binaries are used, so that a downloaded
/// server is guarded and removed in the same way as an installed one; they stay in a cache folder for the next time.
/// </summary>
internal static class EmbeddedBinaries
{
    private const int MajorVersion = 17;
    private const string Version = "17.6.0";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // SHA-256 of the archive of each platform. Without one nothing is downloaded: the publisher gives none to compare with.
    private static readonly Dictionary<string, string> Hashes = new(StringComparer.Ordinal)
    {
        ["linux-x64"] = "23da5a044b4fb7a5a081a45008c95749c873305328d73f86aefd56922ce1d29d",
        ["win-x64"] = "c91d39b6db91cf8811e3b20d941e74a0396e277360873821daab47cdb4c1282c",
    };

    /// <param name="version">The major version; null for any.</param>
    /// <param name="tell">Receives a line of text while the download lasts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<string> FetchAsync(int? version, Action<string> tell, CancellationToken cancellationToken)
    {
        if (version is { } asked && asked != MajorVersion)
            throw new NotSupportedException($"version {MajorVersion} alone has a known archive, so nothing was downloaded");

        var platform = PgPlatform.Detect().RuntimeIdentifier;
        return Hashes.TryGetValue(platform, out var hash)
            ? FetchAsync(CacheFolder(), PgServerOptions.DefaultMavenRepo, hash, tell, cancellationToken)
            : throw new NotSupportedException($"there is no archive with a known hash for {platform}, so nothing was downloaded");
    }

    internal static async Task<string> FetchAsync(string cache, string source, string hash, Action<string> tell, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new WatchedDownload(hash, $"PostgreSQL {Version}", cache, tell)) { Timeout = Patience };
        var server = new PgServer(new PgServerOptions
        {
            PgVersion = Version,
            DbDir = cache,
            BinariesDir = cache,
            MavenRepo = source,
            DownloadRetryCount = 1,
            HttpClient = client,
        });

        var traces = new DownloadTraces(cache, Version);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await server.InstallAsync(patience.Token).ConfigureAwait(false);
            return server.PgBinDir;
        }
        catch (Exception e)
        {
            traces.Remove();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException($"the download from {source} was not complete within {Patience.TotalMinutes:0} minutes", e);
            throw;
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
