using ActorPool.Tests.Shared;

namespace ActorPool.Tests.Testing.Readme;

/// <summary>The README's actor and its test are the files beside this one, which are compiled and run with this project.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("Transfer.cs")]
    [InlineData("TransferTests.cs")]
    public void The_README_shows_what_is_compiled_and_run_here(string file)
    {
        Assert.Contains($"```csharp\n{Text("tests", "ActorPool.Tests.Testing", "Readme", file)}```", Text("README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_README_of_the_package_shows_the_same_test()
    {
        Assert.Contains($"```csharp\n{Text("tests", "ActorPool.Tests.Testing", "Readme", "TransferTests.cs")}```", Text("src", "ActorPool.Testing", "README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_of_the_README_takes_twenty_lines_at_most()
    {
        var lines = File.ReadLines(Path.Combine(Package.Repository, "tests", "ActorPool.Tests.Testing", "Readme", "TransferTests.cs"))
            .SkipWhile(line => !line.Contains("class", StringComparison.Ordinal));

        Assert.InRange(lines.Count(), 1, 20);
    }

    private static string Text(params string[] path) => File.ReadAllText(Path.Combine([Package.Repository, .. path])).ReplaceLineEndings("\n");
}
