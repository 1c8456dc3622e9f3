using System.Text.RegularExpressions;

namespace ActorPool.Tests.Libraries;

/// <summary>The page about libraries shows code of these tests, so that each of its blocks has run.</summary>
public sealed partial class LibrariesPageTests
{
    private static readonly string Repository = FindRepository();

    [Fact]
    public void Each_block_of_the_page_is_code_of_a_test_that_runs()
    {
        var page = File.ReadAllText(Path.Combine(Repository, "src", "ActorPool", "docs", "libraries.md"));
        var blocks = Block().Matches(page).Select(match => Bare(match.Groups[1].Value)).ToList();
        var tests = Directory.EnumerateFiles(Path.Combine(Repository, "tests", "ActorPool.Tests.Libraries"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Bare(File.ReadAllText(file)))
            .ToList();

        Assert.True(blocks.Count >= 12, $"The page has {blocks.Count} blocks.");
        Assert.DoesNotContain(blocks, block => !tests.Any(test => test.Contains(block, StringComparison.Ordinal)));
    }

    /// <summary>The lines without indentation, blank lines and comments.</summary>
    private static string Bare(string code) => string.Join(
        '\n',
        code.Split('\n').Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0));

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ActorPool.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests contains ActorPool.sln.");
        return folder.FullName;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(^|\s+)//.*$")]
    private static partial Regex Comment();
}
