using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace ActorPool.Tests.Packaging;

/// <summary>The packages as <c>dotnet pack</c> makes them, in a folder that serves as a feed.</summary>
public sealed class Package : IAsyncLifetime
{
    // A new version, which no other restore of this machine can have seen.
    public string Version { get; } = $"0.0.0-test-{Guid.NewGuid():N}";

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorpool-package-").FullName;

    public string Feed => Path.Combine(Folder, "feed");

    /// <summary>All that <c>dotnet pack</c> wrote.</summary>
    public string Output { get; private set; } = "";

    public XElement Metadata { get; private set; } = null!;

    public IReadOnlyList<string> Files { get; private set; } = [];

    public IReadOnlyList<string> SymbolFiles { get; private set; } = [];

    public async Task InitializeAsync()
    {
        var project = Path.Combine(ReadmeTests.Repository, "src", "ActorPool", "ActorPool.csproj");
        Output = await DotnetAsync(Folder, "pack", project, "--no-build", "-c", Configuration, "-o", Feed, $"-p:Version={Version}");
        using var package = ZipFile.OpenRead(Path.Combine(Feed, $"ActorPool.{Version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(Feed, $"ActorPool.{Version}.snupkg"));
        Files = [.. package.Entries.Select(entry => entry.FullName)];
        SymbolFiles = [.. symbols.Entries.Select(entry => entry.FullName)];
        await using var specification = package.GetEntry("ActorPool.nuspec")!.Open();
        Metadata = XDocument.Load(specification).Root!.Elements().Single();
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    public string? Value(string name) => Metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>Runs the SDK; what it wrote. It leaves no build server behind.</summary>
    public static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "--disable-build-servers", "-nologo"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Those of the test run's own build would lead this one astray.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    // That of this build, in which the library has been built already.
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
}
