namespace ActorPool.Tests.Packaging;

/// <summary>What a registry and its users get.</summary>
public sealed class PackageTests(Package package) : IClassFixture<Package>
{
    [Fact]
    public void A_package_is_made_without_a_warning()
    {
        Assert.DoesNotContain("warning", package.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("id", "ActorPool")]
    [InlineData("license", "Apache-2.0")]
    [InlineData("readme", "README.md")]
    public void A_package_has_its_id_licence_and_README(string name, string value)
    {
        Assert.Equal(value, package.Value(name));
    }

    [Theory]
    [InlineData("authors")]
    [InlineData("description")]
    [InlineData("tags")]
    public void A_package_has_authors_a_description_and_tags(string name)
    {
        Assert.False(string.IsNullOrWhiteSpace(package.Value(name)));
    }

    [Fact]
    public void A_package_names_the_commit_that_it_was_made_from()
    {
        var commit = package.Metadata.Elements().Single(element => element.Name.LocalName == "repository").Attribute("commit")?.Value;
        var isClone = Path.Exists(Path.Combine(ReadmeTests.Repository, ".git"));

        // Sources without a history have no commit to tell.
        Assert.Matches(isClone ? "^[0-9a-f]{40}$" : "^$", commit ?? "");
    }

    [Fact]
    public void A_package_shows_no_path_of_the_machine_that_made_it()
    {
        Assert.DoesNotContain(ReadmeTests.Repository, package.Metadata.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_has_three_direct_dependencies()
    {
        var dependencies = package.Metadata.Descendants().Where(element => element.Name.LocalName == "dependency");

        Assert.Equal(["Akka", "Akka.Hosting", "Npgsql"], dependencies.Select(dependency => dependency.Attribute("id")!.Value).Order());
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("LICENSE")]
    [InlineData("hocon/reference.conf")]
    [InlineData("hocon/psycopg2.conf")]
    [InlineData("hocon/hosting.conf")]
    [InlineData("lib/net10.0/ActorPool.xml")]
    public void A_package_holds_every_file_that_its_README_names(string file)
    {
        Assert.Contains(file, package.Files);
    }

    [Fact]
    public void Symbols_come_in_a_package_of_their_own()
    {
        Assert.Contains("lib/net10.0/ActorPool.pdb", package.SymbolFiles);
    }

    [Fact]
    public async Task The_first_program_of_the_README_compiles_against_the_package_alone()
    {
        var folder = Directory.CreateDirectory(Path.Combine(package.Folder, "shop")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), ReadmeTests.Code.First());
        // Packages that this machine has are taken from where they are; the one under test is kept apart from them.
        await File.WriteAllTextAsync(Path.Combine(folder, "shop.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{package.Feed}</RestoreAdditionalProjectSources>
                <RestoreFallbackFolders>{PackagesOfThisMachine()}</RestoreFallbackFolders>
                <RestorePackagesPath>{Path.Combine(package.Folder, "packages")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ActorPool" Version="{package.Version}" />
              </ItemGroup>
            </Project>
            """);

        await Package.DotnetAsync(folder, "build", "shop.csproj");

        Assert.True(File.Exists(Path.Combine(folder, "bin", "Debug", "net10.0", "ActorPool.dll")));
    }

    private static string PackagesOfThisMachine() =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
