using System.Text.RegularExpressions;
using ActorPool.Tests.Shared;

namespace ActorPool.Tests.ThrowawayPostgres.Packaging;

/// <summary>The package of the server, and a test project that uses it: the README's example, and a test that waits to be killed.</summary>
public sealed partial class ServerPackage() : Package("ActorPool.ThrowawayPostgres")
{
    private const string Waiting = """
        using ActorPool.ThrowawayPostgres;
        using Xunit;

        public sealed class WaitingTests
        {
            [Fact]
            public async Task It_waits_to_be_killed()
            {
                await using var server = await PostgresServer.StartAsync();
                var started = Path.Combine(Path.GetTempPath(), "started");
                await File.WriteAllTextAsync(started + ".new", $"{Environment.ProcessId}\n{server.ConnectionString}");
                File.Move(started + ".new", started);
                await Task.Delay(Timeout.Infinite);
            }
        }
        """;

    /// <summary>The blocks of code in the README.</summary>
    public IReadOnlyList<string> Code => [.. Fence().Matches(Readme).Select(match => match.Groups["code"].Value)];

    /// <summary>The assembly of the test project.</summary>
    public string TestAssembly { get; private set; } = "";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        // A block without a class is a part of a test.
        var parts = Code.Where(code => !code.Contains("class", StringComparison.Ordinal)).Select((code, i) => $"    [Fact] public async Task Part_{i}()\n{{\n{code}\n}}\n");
        var files = new Dictionary<string, string>
        {
            ["Example.cs"] = Code[0],
            ["Parts.cs"] = $"using ActorPool.ThrowawayPostgres;\nusing Npgsql;\nusing Xunit;\n\npublic sealed class ReadmeTests\n{{\n{string.Concat(parts)}}}\n",
            ["Waiting.cs"] = Waiting,
        };
        var built = await BuildAsync(files, "Library", "Microsoft.NET.Test.Sdk", "xunit", "xunit.runner.visualstudio");
        TestAssembly = Path.Combine(built, "program.dll");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    [GeneratedRegex(@"^```csharp\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
