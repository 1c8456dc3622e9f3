using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorPool.Tests;

/// <summary>What the README shows compiles and can be read.</summary>
public sealed partial class ReadmeTests
{
    private const string Usings = """
        using System; using System.IO; using System.Threading; using System.Threading.Tasks;
        using ActorPool; using Akka.Actor; using Akka.Hosting; using Dapper; using Npgsql;
        using Microsoft.Extensions.DependencyInjection; using Microsoft.Extensions.Hosting;
        """;

    // What a reader knows from the text around a block; left out where the block declares it itself.
    private static readonly (string Name, string Declaration)[] Surroundings =
    [
        ("system", "ActorSystem system = null!;"),
        ("pool", "ConnectionPool pool = null!;"),
        ("manager", "IActorRef manager = null!;"),
        ("self", "IActorRef self = null!;"),
        ("connectionString", "string connectionString = null!;"),
    ];

    public static TheoryData<int, string> Blocks(string language)
    {
        var data = new TheoryData<int, string>();
        foreach (var match in Fence().Matches(Text).Where(match => match.Groups["language"].Value == language))
            data.Add(Text[..match.Index].Count(c => c == '\n') + 1, match.Groups["code"].Value);
        return data;
    }

    [Theory]
    [MemberData(nameof(Blocks), "csharp")]
    public void Every_block_of_code_compiles(int line, string code)
    {
        var program = code.TrimStart().StartsWith("public sealed class", StringComparison.Ordinal)
            ? code
            : string.Concat(Surroundings.Where(s => !Declares(code, s.Name)).Select(s => s.Declaration)) + code;
        var compilation = CSharpCompilation.Create(
            $"Readme{line}",
            [CSharpSyntaxTree.ParseText(Usings + program), .. Others(code).Select(other => CSharpSyntaxTree.ParseText(Usings + other))],
            References(),
            new CSharpCompilationOptions(program == code ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"README.md:{line}: {d}"));
    }

    [Theory]
    [MemberData(nameof(Blocks), "hocon")]
    public void Every_block_of_settings_can_be_read(int line, string code)
    {
        Assert.True(line > 0);
        var config = ConfigurationFactory.ParseString(code);

        Assert.Equal(20, PoolSettings.Create(config.GetConfig("akka.actor-pool")).MaxConnections);
    }

    [Fact]
    public void Every_setting_is_in_the_table()
    {
        foreach (var (key, _) in PoolConfig.Reference.GetConfig("akka.actor-pool").AsEnumerable().Where(pair => pair.Key != "pools"))
            Assert.Contains($"`{key}`", Text, StringComparison.Ordinal);
    }

    private static string Text { get; } = File.ReadAllText(Path.Combine(Root(), "README.md"));

    // An actor that one block declares is known to the others.
    private static IEnumerable<string> Others(string code) =>
        Fence().Matches(Text).Select(match => match.Groups["code"].Value).Where(other => other.StartsWith("public sealed class", StringComparison.Ordinal) && other != code);

    private static bool Declares(string code, string name) => Regex.IsMatch(code, $@"\b(var|string|IActorRef) {name}\b");

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"^```(?<language>\w+)\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
