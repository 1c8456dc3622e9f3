using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace ActorPool.Tests.Shared;

/// <summary>A package as <c>dotnet pack</c> makes it, in a folder that serves as a feed, and programs that know this package alone.</summary>
public abstract class Package(string id) : IAsyncLifetime
{
    public string Id => id;

    // A new version, which no other restore of this machine can have seen.
    public string Version { get; } = $"0.0.0-test-{Guid.NewGuid():N}";

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorpool-package-").FullName;

    /// <summary>All that <c>dotnet pack</c> wrote.</summary>
    public string Output { get; private set; } = "";

    public XElement Metadata { get; private set; } = null!;

    public IReadOnlyList<string> Files { get; private set; } = [];

    public IReadOnlyList<string> SymbolFiles { get; private set; } = [];

    /// <summary>The README in the package.</summary>
    public string Readme { get; private set; } = "";

    internal static string Repository { get; } = Root();

    private string Feed => Path.Combine(Folder, "feed");

    // That of this build, in which the library has been built already.
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public virtual async Task InitializeAsync()
    {
        var project = Path.Combine(Repository, "src", Id, $"{Id}.csproj");
        Output = await DotnetAsync(Folder, "pack", project, "--no-build", "-c", Configuration, "-o", Feed, $"-p:Version={Version}");
        await using var package = await ZipFile.OpenReadAsync(Path.Combine(Feed, $"{Id}.{Version}.nupkg"));
        await using var symbols = await ZipFile.OpenReadAsync(Path.Combine(Feed, $"{Id}.{Version}.snupkg"));
        Files = [.. package.Entries.Select(entry => entry.FullName)];
        SymbolFiles = [.. symbols.Entries.Select(entry => entry.FullName)];
        await using var specification = await package.GetEntry($"{Id}.nuspec")!.OpenAsync();
        Metadata = XDocument.Load(specification).Root!.Elements().Single();
        using var readme = new StreamReader(await package.GetEntry("README.md")!.OpenAsync());
        Readme = await readme.ReadToEndAsync();
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    public string? Value(string name) => Metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>Builds a program of given files against the package. No feed but the package's own is asked: the others are on this machine.</summary>
    /// <param name="files">Names and contents.</param>
    /// <param name="outputType"><c>Exe</c>, or <c>Library</c>.</param>
    /// <param name="packages">Other packages that it needs, at the versions of this repository.</param>
    /// <returns>The folder of what was built.</returns>
    public async Task<string> BuildAsync(IReadOnlyDictionary<string, string> files, string outputType, params string[] packages)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "program")).FullName;
        foreach (var (name, text) in files)
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        await File.WriteAllTextAsync(Path.Combine(folder, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>{outputType}</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestoreSources>{Feed}</RestoreSources>
                <RestoreFallbackFolders>{PackagesOfThisMachine()}</RestoreFallbackFolders>
                <RestorePackagesPath>{Path.Combine(Folder, "packages")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{Id}" Version="{Version}" />
                {string.Concat(packages.Select(package => $"""<PackageReference Include="{package}" Version="{VersionOf(package)}" />"""))}
              </ItemGroup>
            </Project>
            """);
        await DotnetAsync(folder, "build", "program.csproj");
        return Path.Combine(folder, "bin", "Debug", "net10.0");
    }

    /// <summary>Runs the SDK; what it wrote. It leaves no build server behind.</summary>
    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
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

    private static string VersionOf(string package) =>
        XDocument.Load(Path.Combine(Repository, "src", "Directory.Packages.props")).Descendants("PackageVersion")
        .Single(element => element.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

    private static string PackagesOfThisMachine() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
