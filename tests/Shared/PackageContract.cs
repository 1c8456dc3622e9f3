namespace ActorPool.Tests.Shared;

/// <summary>What every package has for a registry and its users.</summary>
public abstract class PackageContract(Package package)
{
    [Fact]
    public void A_package_is_made_without_a_warning()
    {
        Assert.DoesNotContain("warning", package.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_package_has_its_id_licence_and_README()
    {
        Assert.Equal((package.Id, "Apache-2.0", "README.md"), (package.Value("id"), package.Value("license"), package.Value("readme")));
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
        var isClone = Path.Exists(Path.Combine(Package.Repository, ".git"));

        // Sources without a history have no commit to tell.
        Assert.Matches(isClone ? "^[0-9a-f]{40}$" : "^$", commit ?? "");
    }

    [Fact]
    public void A_package_shows_no_path_of_the_machine_that_made_it()
    {
        Assert.DoesNotContain(Package.Repository, package.Metadata.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_holds_README_licence_and_documentation()
    {
        string[] expected = ["README.md", "LICENSE", $"lib/net10.0/{package.Id}.xml"];

        Assert.All(expected, file => Assert.Contains(file, package.Files));
    }

    [Fact]
    public void Symbols_come_in_a_package_of_their_own()
    {
        Assert.Contains($"lib/net10.0/{package.Id}.pdb", package.SymbolFiles);
    }

    [Fact]
    public void The_README_has_no_relative_link_since_a_package_has_no_other_page()
    {
        Assert.DoesNotMatch(@"\]\((?!https://|#)", package.Readme);
    }

    protected IEnumerable<string> Dependencies =>
        package.Metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal);
}
