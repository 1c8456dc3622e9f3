using System.Text.RegularExpressions;

namespace ActorPool.Mutations;

/// <summary>The line that xunit's runner writes as soon as a test has failed.</summary>
internal static partial class FailedTest
{
    /// <summary>The test's class and name; null when the line says something else.</summary>
    public static string? In(string line) => Line().Match(line) is { Success: true } match ? match.Groups["test"].Value : null;

    [GeneratedRegex(@"ActorPool\.Tests\.(?<test>[\w.]+)(\(.*\))? \[FAIL\]")]
    private static partial Regex Line();
}
