using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>Folders that look like PostgreSQL installations, in a place that every user can reach.</summary>
internal sealed class InstallationsOnDisk : IDisposable
{
    private readonly string _root = Path.Combine(ClusterFolder.Parent, $"installations-{Guid.NewGuid():N}");

    public string At(string path) => Path.Combine([_root, .. path.Split('/')]);

    public string Install(string path, params string[] programs)
    {
        var folder = Directory.CreateDirectory(At(path)).FullName;
        foreach (var program in programs.Length > 0 ? programs : ["initdb", "pg_ctl", "postgres"])
            File.WriteAllText(Path.Combine(folder, PostgresBinaries.FileName(program)), "");
        return folder;
    }

    /// <summary>A server that tells its version, and does nothing else.</summary>
    public string InstallVersion(string path, string version)
    {
        var folder = Install(path);
        var server = Path.Combine(folder, "postgres");
        File.WriteAllText(server, $"#!/bin/sh\necho '{version}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(server, (UnixFileMode)0b111_101_101);
        return folder;
    }

    /// <summary>An initdb that writes down the folder of its cluster, and never ends.</summary>
    public (string Folder, Func<string?> DataFolder) InstallWithEndlessInitDb()
    {
        var folder = Install("endless");
        var log = Path.Combine(folder, "log");
        var initDb = Path.Combine(folder, "initdb");
        File.WriteAllText(initDb, $"#!/bin/sh\necho \"$2\" > {log}.new && mv {log}.new {log}\nexec sleep 60\n");
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode all = (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(folder, all);
            File.SetUnixFileMode(initDb, all);
        }

        return (folder, () => File.Exists(log) ? File.ReadAllText(log).Trim() : null);
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }
}
