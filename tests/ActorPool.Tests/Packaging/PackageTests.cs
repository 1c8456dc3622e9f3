using ActorPool.Tests.Shared;

namespace ActorPool.Tests.Packaging;

/// <summary>The package of the pool.</summary>
public sealed class PackageTests(PackageTests.CorePackage package) : PackageContract(package), IClassFixture<PackageTests.CorePackage>
{
    [Fact]
    public void A_package_has_three_direct_dependencies()
    {
        Assert.Equal(["Akka", "Akka.Hosting", "Npgsql"], Dependencies);
    }

    [Theory]
    [InlineData("hocon/reference.conf")]
    [InlineData("hocon/psycopg2.conf")]
    [InlineData("hocon/hosting.conf")]
    public void A_package_holds_every_file_that_its_README_names(string file)
    {
        Assert.Contains(file, package.Files);
    }

    [Fact]
    public async Task The_first_program_of_the_README_compiles_against_the_package_alone()
    {
        var built = await package.BuildAsync(new Dictionary<string, string> { ["Program.cs"] = ReadmeTests.Code.First(code => code.StartsWith("using ActorPool;", StringComparison.Ordinal)) }, "Exe");

        Assert.True(File.Exists(Path.Combine(built, "ActorPool.dll")));
    }

    public sealed class CorePackage() : Package("ActorPool");
}
