using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;

namespace ActorPool.Tests.ThrowawayPostgres.Discovery;

/// <summary>The download of PostgreSQL, from a server of the test.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly InstallationsOnDisk _disk = new();
    private readonly List<string> _progress = [];
    private readonly HttpListener _listener = new();
    private readonly string _source = $"http://127.0.0.1:{FreePort.Next()}/";

    public void Dispose()
    {
        _listener.Close();
        _disk.Dispose();
    }

    [Fact]
    public async Task A_download_from_an_unreachable_server_fails_soon_and_clearly()
    {
        var error = await FailAsync("00");

        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_is_announced_and_shows_its_progress()
    {
        var archive = Serve();
        await FailAsync(Convert.ToHexString(SHA256.HashData(archive)));

        Assert.StartsWith("No usable PostgreSQL is installed: downloading PostgreSQL 17.6.0 from 127.0.0.1 to ", _progress[0], StringComparison.Ordinal);
        Assert.Contains(_progress, line => line.StartsWith("  100 % of ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_archive_with_an_unknown_hash_is_refused()
    {
        Serve();
        var error = await FailAsync(new string('0', 64));

        Assert.Contains("Checksum mismatch", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_download_leaves_no_folder_behind(bool isKnown)
    {
        var archive = Serve();
        Directory.CreateDirectory(_disk.At("home"));
        await FailAsync(isKnown ? Convert.ToHexString(SHA256.HashData(archive)) : new string('0', 64));

        Assert.Empty(Directory.GetFileSystemEntries(_disk.At("home")));
    }

    [Fact]
    public async Task A_failed_download_keeps_the_rest_of_the_cache()
    {
        Serve();
        Directory.CreateDirectory(_disk.At("home/cache/binaries"));
        await File.WriteAllTextAsync(_disk.At("home/cache/binaries/other"), "");
        await FailAsync(new string('0', 64));

        Assert.Equal([_disk.At("home/cache/binaries/other")], Directory.GetFileSystemEntries(_disk.At("home/cache/binaries")));
    }

    private async Task<PostgresUnavailableException> FailAsync(string hash)
    {
        var search = new BinarySearch([], (_, stop) => EmbeddedBinaries.FetchAsync(_disk.At("home/cache/binaries"), _source + "maven2", hash, _progress.Add, stop));
        return await Assert.ThrowsAsync<PostgresUnavailableException>(
            () => search.FindAsync(version: null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    /// <summary>Answers every request with an archive that holds no PostgreSQL; that archive.</summary>
    private byte[] Serve()
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("postgres.txz", CompressionLevel.NoCompression).Open();
            entry.Write(new byte[200_000]);
        }

        var content = archive.ToArray();
        _listener.Prefixes.Add(_source);
        _listener.Start();
        _ = AnswerAsync(content);
        return content;
    }

    private async Task AnswerAsync(byte[] content)
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                context.Response.ContentLength64 = content.Length;
                await context.Response.OutputStream.WriteAsync(content);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
