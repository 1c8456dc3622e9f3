using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorPool.Tests.Architecture;

/// <summary>
/// The sources of the library, compiled once. They are read instead of the assembly, which no longer has the uses of constants and enum members,
/// nor the folder in which a type is declared.
/// </summary>
internal static class LibrarySources
{
    private static readonly Lazy<IReadOnlyList<Use>> Found = new(() => [.. Find(Compile())]);

    public static string Folder { get; } = Path.Combine(ReadmeTests.Repository, "src", "ActorPool");

    /// <summary>The files, by their paths below <see cref="Folder"/>, with slashes.</summary>
    public static IEnumerable<string> Files =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
        .Where(path => !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>Every place outside of comments where a file names a type or a member of one.</summary>
    public static IReadOnlyList<Use> Uses => Found.Value;

    /// <summary>The files that declare a type; none when the type is not the library's.</summary>
    public static IEnumerable<string> DeclaringFiles(ISymbol symbol) => symbol.DeclaringSyntaxReferences.Select(declaration => declaration.SyntaxTree.FilePath).Where(path => path != "");

    private static IEnumerable<Use> Find(CSharpCompilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees.Where(tree => tree.FilePath != ""))
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax).Where(node => node is SimpleNameSyntax { Identifier.Text: not "nameof" } or BaseObjectCreationExpressionSyntax))
            {
                var info = model.GetSymbolInfo(node);
                var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
                // A name that is not resolved would be a use that is not seen.
                if (symbol is null && node is SimpleNameSyntax)
                    throw new InvalidOperationException($"{tree.FilePath}: '{node}' is not known here.");
                if ((symbol as INamedTypeSymbol ?? symbol?.ContainingType) is { } type)
                    yield return new Use(tree.FilePath, node, symbol!, type.OriginalDefinition);
            }
        }
    }

    private static CSharpCompilation Compile()
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        return CSharpCompilation.Create(
            "ActorPool",
            [CSharpSyntaxTree.ParseText(ReadmeTests.ImplicitUsings, options), .. Files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Folder, file)), options, file))],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path) != "ActorPool.dll")
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }
}

/// <summary>One place where a file uses a type.</summary>
/// <param name="File">The path below the library's folder.</param>
/// <param name="Node">The name in the source.</param>
/// <param name="Symbol">What it names: the type, or a member of it.</param>
/// <param name="Type">The type.</param>
internal sealed record Use(string File, SyntaxNode Node, ISymbol Symbol, INamedTypeSymbol Type)
{
    public override string ToString() => $"{File}:{Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {Type.Name}{(Symbol is ITypeSymbol ? "" : $".{Symbol.Name}")}";
}
