using System.Diagnostics;
using ActorPool.ThrowawayPostgres;
using ActorPool.ThrowawayPostgres.Clusters;

namespace ActorPool.Tests.ThrowawayPostgres.Clusters;

/// <summary>Folders of clusters: which of them a start removes.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task A_start_removes_the_folder_of_a_dead_owner()
    {
        var (folder, mark) = ClusterFolder.Create();
        mark.Dispose();
        using (var dead = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!)
        {
            var started = dead.StartTime.ToUniversalTime();
            await dead.WaitForExitAsync();
            // In one step: a server that starts in another process may read the file at any moment.
            var other = Path.Combine(folder.Path, "other");
            await File.WriteAllTextAsync(other, $"{dead.Id}\n{started:O}\n");
            File.Move(other, Path.Combine(folder.Path, "owner"), overwrite: true);
        }

        await using var server = await PostgresServer.StartAsync();

        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public void The_folder_of_a_live_owner_is_not_abandoned()
    {
        var (folder, mark) = ClusterFolder.Create();
        try
        {
            Assert.True(OwnerMark.OwnerLives(folder.Path), "by its lock");
            mark.Dispose();
            Assert.True(OwnerMark.OwnerLives(folder.Path), "by its process");
        }
        finally
        {
            Directory.Delete(folder.Path, recursive: true);
        }
    }

    [Fact]
    public void A_process_with_the_number_of_a_dead_owner_is_not_the_owner()
    {
        var (folder, mark) = ClusterFolder.Create();
        mark.Dispose();
        File.WriteAllText(Path.Combine(folder.Path, "owner"), $"{Environment.ProcessId}\n2001-01-01T00:00:00.0000000Z\n");

        Assert.False(OwnerMark.OwnerLives(folder.Path));

        Directory.Delete(folder.Path, recursive: true);
    }

    [Fact]
    public void A_place_that_takes_no_folder_is_named_in_the_error()
    {
        var file = Path.GetTempFileName();

        var error = Assert.Throws<PostgresUnavailableException>(() => ClusterFolder.CreateIn(file));

        Assert.StartsWith($"Cannot make a folder for the server in {file}: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("to a folder that can be written.", error.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void A_new_folder_without_a_mark_is_not_abandoned()
    {
        var (folder, mark) = ClusterFolder.Create();
        mark.Dispose();
        File.Delete(Path.Combine(folder.Path, "owner"));

        Assert.True(OwnerMark.OwnerLives(folder.Path));

        Directory.Delete(folder.Path, recursive: true);
    }
}
