namespace ActorPool.ThrowawayPostgres.Discovery;

/// <summary>What a download that fails would leave in its cache: folders that were not there before, archives, lock files.</summary>
internal sealed class DownloadTraces
{
    private readonly string _cache;
    private readonly string[] _patterns;
    private readonly Stack<string> _missing = new();

    public DownloadTraces(string cache, string version)
    {
        _cache = cache;
        _patterns = [$"*-{version}.jar", $"*-{version}.txz", $"postgres-{version}-*.lock"];
        for (var folder = Path.GetFullPath(cache); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
            _missing.Push(folder);
    }

    /// <summary>Removes them. Files that another process has put there meanwhile stay.</summary>
    public void Remove()
    {
        try
        {
            if (!Directory.Exists(_cache))
                return;
            foreach (var file in _patterns.SelectMany(pattern => Directory.GetFiles(_cache, pattern)))
                File.Delete(file);
            foreach (var folder in _missing.Reverse())
                Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, or not empty: another process has a download there.
        }
    }
}
