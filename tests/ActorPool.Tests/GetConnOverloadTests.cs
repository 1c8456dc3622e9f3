using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorPool.Tests;

/// <summary>Which overload of GetConnAsync the compiler takes for a call.</summary>
public sealed class GetConnOverloadTests
{
    private const string Key = "object?";
    private const string Token = "System.Threading.CancellationToken";
    private const string Request = "ActorPool.GetConn?";

    private static readonly string[] Pools = [nameof(IConnectionPool), nameof(ConnectionPool), nameof(SimpleConnectionPool)];

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    [Theory]
    [InlineData("()", Key)]
    [InlineData("(\"k\")", Key)]
    [InlineData("(7)", Key)]
    [InlineData("(key: \"k\")", Key)]
    [InlineData("(key: null)", Key)]
    [InlineData("(\"k\", token)", Key)]
    [InlineData("(\"k\", default)", Key)]
    [InlineData("(\"k\", cancellationToken: token)", Key)]
    [InlineData("(cancellationToken: token, key: \"k\")", Key)]
    [InlineData("((object?)null)", Key)]
    [InlineData("(token)", Token)]
    [InlineData("(default)", Token)]
    [InlineData("(CancellationToken.None)", Token)]
    [InlineData("(cancellationToken: token)", Token)]
    [InlineData("(cancellationToken: default)", Token)]
    [InlineData("(null)", Request)]
    [InlineData("(null, token)", Request)]
    [InlineData("(new GetConn())", Request)]
    [InlineData("(new GetConn(\"k\"), token)", Request)]
    [InlineData("(new())", Token)]
    [InlineData("(request: null)", Request)]
    public void A_call_binds_to_the_overload_that_it_looks_like(string arguments, string first)
    {
        var calls = Pools.Select((pool, i) => $"static object M{i}({pool} pool, CancellationToken token) => pool.GetConnAsync{arguments};");
        var tree = CSharpSyntaxTree.ParseText($"#nullable enable\nusing ActorPool; using System.Threading; static class Calls {{ {string.Concat(calls)} }}");
        var compilation = CSharpCompilation.Create("Calls", [tree], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        var model = compilation.GetSemanticModel(tree);
        var bound = tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Select(call => model.GetSymbolInfo(call).Symbol as IMethodSymbol).ToArray();

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning));
        Assert.Equal(Pools.Length, bound.Length);
        Assert.All(bound, method => Assert.Equal(first, method?.Parameters[0].Type.ToDisplayString()));
    }
}
