using System.Text.RegularExpressions;
using ActorPool.Tests.Shared;
using Akka.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorPool.Tests;

/// <summary>What the README and the page on statements show compiles and can be read.</summary>
public sealed partial class ReadmeTests
{
    private const string GlobalUsings = "global using ActorPool;";

    // The SDK writes these into every project.
    internal const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    // Packages of this project that those of the library do not bring: known to an example when the README names them.
    private static readonly string[] ExtraPackages = ["ActorPool.ThrowawayPostgres", "Dapper", "Microsoft.Extensions.Hosting"];

    // What a reader knows from the text around a block; left out where the block declares it itself.
    private static readonly (string Name, string Declaration)[] Surroundings =
    [
        ("system", "ActorSystem system = null!;"),
        ("pool", "ConnectionPool pool = null!;"),
        ("manager", "IActorRef manager = null!;"),
        ("self", "IActorRef self = null!;"),
        ("connectionString", "string connectionString = null!;"),
    ];

    // The blocks of other pages have their own tests.
    private static readonly string[] Pages = ["README.md", "src/ActorPool/docs/statements.md"];

    public static TheoryData<string, int, string> Blocks(string language)
    {
        var data = new TheoryData<string, int, string>();
        foreach (var page in Pages)
        {
            var text = File.ReadAllText(Path.Combine(Repository, page));
            // A whole test is compiled and run in ActorPool.Tests.Testing.
            foreach (var match in Fence().Matches(text).Where(match => match.Groups["language"].Value == language && !match.Groups["code"].Value.Contains("[Fact]", StringComparison.Ordinal)))
                data.Add(page, text[..match.Index].Count(c => c == '\n') + 1, match.Groups["code"].Value);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Blocks), "csharp")]
    public void Every_block_of_code_compiles(string page, int line, string code)
    {
        var program = IsClass(code) || IsGlobalUsings(code) || BringsItsUsings(code)
            ? code
            : LeadingUsings().Replace(code, "$0" + string.Concat(Surroundings.Where(s => !Declares(code, s.Name)).Select(s => s.Declaration)), 1);
        var compilation = CSharpCompilation.Create(
            $"Readme{line}",
            [.. Sources(code, program).Select(source => CSharpSyntaxTree.ParseText(source))],
            References(),
            new CSharpCompilationOptions(IsClass(code) || IsGlobalUsings(code) ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{page}:{line}: {d}"));
    }

    [Theory]
    [MemberData(nameof(Blocks), "hocon")]
    public void Every_block_of_settings_can_be_read(string page, int line, string code)
    {
        Assert.True(page.Length > 0 && line > 0);
        var config = ConfigurationFactory.ParseString(code);

        // It is read, and says something.
        Assert.NotEqual(new PoolSettings("", 1, 10), PoolSettings.Create(config.GetConfig("akka.actor-pool")));
    }

    [Fact]
    public void Every_setting_is_in_the_table()
    {
        foreach (var (key, _) in PoolConfig.Reference.GetConfig("akka.actor-pool").AsEnumerable().Where(pair => pair.Key != "pools"))
            Assert.Contains($"`{key}`", Text, StringComparison.Ordinal);
    }

    internal static string Repository => Package.Repository;

    private static string Text { get; } = File.ReadAllText(Path.Combine(Repository, "README.md"));

    internal static IEnumerable<string> Code => Fence().Matches(Text).Where(match => match.Groups["language"].Value == "csharp").Select(match => match.Groups["code"].Value);

    /// <summary>The sources of a reader who followed the README up to a block. A block that brings its usings is a whole program.</summary>
    internal static IEnumerable<string> Sources(string code, string program) => BringsItsUsings(code)
        ? [ImplicitUsings, program]
        : [ImplicitUsings, .. Code.Where(IsGlobalUsings), .. IsGlobalUsings(code) ? [] : (IEnumerable<string>)[program], .. Code.Where(other => IsClass(other) && other != code)];

    private static bool IsGlobalUsings(string code) => code.StartsWith(GlobalUsings, StringComparison.Ordinal);

    private static bool BringsItsUsings(string code) => code.StartsWith("using ActorPool;", StringComparison.Ordinal);

    // An actor that one block declares is known to the others.
    private static bool IsClass(string code) => code.StartsWith("public sealed class", StringComparison.Ordinal);

    private static bool Declares(string code, string name) => Regex.IsMatch(code, $@"\b(var|string|IActorRef) {name}\b");

    internal static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => !ExtraPackages.Contains(Path.GetFileNameWithoutExtension(path)) || Text.Contains($"`dotnet add package {Path.GetFileNameWithoutExtension(path)}`", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path));

    [GeneratedRegex(@"^(using [\w.]+;\r?\n)*")]
    private static partial Regex LeadingUsings();

    [GeneratedRegex(@"^```(?<language>\w+)\r?\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
