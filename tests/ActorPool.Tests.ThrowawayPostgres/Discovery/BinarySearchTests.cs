using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.Tests.ThrowawayPostgres.Discovery;

/// <summary>The search for the programs of PostgreSQL.</summary>
public sealed class BinarySearchTests : IDisposable
{
    private readonly InstallationsOnDisk _disk = new();

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task The_error_without_an_installation_says_what_to_install()
    {
        var search = new BinarySearch([_disk.At("nowhere")], (_, _) => throw new HttpRequestException("no way out"));

        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(
            () => PostgresServer.StartAsync(new PostgresServerOptions(), search, CancellationToken.None));

        string[] parts = [_disk.At("nowhere"), "no way out", "apt install", "dnf install", "apk add", "pacman -S", "brew install", "Windows", "ACTORPOOL_POSTGRES"];
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_with_only_the_client_programs_is_passed_over()
    {
        _disk.Install("client/bin", "psql", "pg_ctl");
        var whole = _disk.Install("server/bin");

        var found = await Search(_disk.At("client/bin"), _disk.At("server/bin"));

        Assert.Equal(whole, found.Folder);
    }

    [Fact]
    public async Task The_newest_version_of_the_first_place_is_taken()
    {
        _disk.Install("9.6/bin");
        var newest = _disk.Install("17/bin");
        var chosen = _disk.Install("path");

        Assert.Equal(newest, (await Search(_disk.At("*/bin"))).Folder);
        Assert.Equal(chosen, (await Search(_disk.At("path"), _disk.At("*/bin"))).Folder);
    }

    [LinuxFact]
    public async Task A_link_is_followed_to_its_installation()
    {
        var real = _disk.Install("15/bin");
        Directory.CreateDirectory(_disk.At("links"));
        foreach (var program in (string[])["initdb", "pg_ctl", "postgres"])
            File.CreateSymbolicLink(_disk.At($"links/{program}"), Path.Combine(real, program));

        Assert.Equal(real, (await Search(_disk.At("links"))).Folder);
    }

    [LinuxFact]
    public async Task The_version_that_is_asked_for_is_taken_and_none_other()
    {
        _disk.InstallVersion("17/bin", "postgres (PostgreSQL) 17.2");
        var asked = _disk.InstallVersion("15/bin", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)");
        var search = new BinarySearch([_disk.At("*/bin")], (_, _) => throw new NotSupportedException("no archive"));

        Assert.Equal(asked, (await search.FindAsync(version: 15, CancellationToken.None)).Folder);
        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(() => search.FindAsync(version: 16, CancellationToken.None));

        Assert.StartsWith("No PostgreSQL 16 was found", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{asked} has version 15, and the options ask for 16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_without_a_known_archive_is_not_downloaded()
    {
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => EmbeddedBinaries.FetchAsync(13, _ => { }, CancellationToken.None));

        Assert.Contains("version 17 alone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_is_the_last_resort()
    {
        var downloaded = _disk.Install("downloaded");
        var search = new BinarySearch([_disk.At("nowhere")], (_, _) => Task.FromResult(downloaded));

        Assert.Equal(downloaded, (await search.FindAsync(version: null, CancellationToken.None)).Folder);
    }

    private static Task<PostgresBinaries> Search(params string[] places) =>
        new BinarySearch(places, (_, _) => throw new InvalidOperationException("no download")).FindAsync(version: null, CancellationToken.None);
}
