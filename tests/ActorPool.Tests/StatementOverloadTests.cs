using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ActorPool.Tests;

/// <summary>What the compiler makes of a call that tells a pool a statement.</summary>
public sealed class StatementOverloadTests
{
    private const string Handler = "ActorPool.StatementHandler";
    private const string Told = "ActorPool.Statement";
    private const string Text = "string";

    private static readonly string[] Pools = [nameof(IConnectionPool), nameof(ConnectionPool), nameof(SimpleConnectionPool)];

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    [Theory]
    [InlineData("ExecuteAsync($\"DELETE FROM t WHERE id = {id}\")", Handler)]
    [InlineData("ExecuteAsync($\"DELETE FROM t\")", Handler)]
    [InlineData("ExecuteAsync($\"DELETE FROM t WHERE name = {\"constant\"}\", new() { Key = 1 }, token)", Handler)]
    [InlineData("ExecuteAsync($\"DELETE FROM t \" + $\"WHERE id = {id}\", cancellationToken: token)", Handler)]
    [InlineData("ExecuteAsync($\"\"\"DELETE FROM t WHERE id = {id}\"\"\", options)", Handler)]
    [InlineData("ExecuteAsync(statement, options, token)", Told)]
    [InlineData("ExecuteAsync(Statement.Of(\"DELETE FROM t WHERE id = $1\", id))", Told)]
    [InlineData("ScalarAsync<int>($\"SELECT {id}\")", Handler)]
    [InlineData("ScalarAsync<int?>($\"SELECT {id}\", options, token)", Handler)]
    [InlineData("ScalarAsync<string>(statement, cancellationToken: token)", Told)]
    [InlineData("QueryAsync($\"SELECT {id}\", row => row.GetInt32(0))", Handler)]
    [InlineData("QueryAsync($\"SELECT {id}\", row => new { Id = row.GetInt32(0) }, options, token)", Handler)]
    [InlineData("QueryAsync(statement, row => row.GetString(0), options: options)", Told)]
    [InlineData("ExecuteAllAsync([statement, Statement.Of($\"SELECT {id}\")], options, token)", "System.Collections.Generic.IReadOnlyList<ActorPool.Statement>")]
    [InlineData("ExecuteAllAsync(new List<Statement> { statement })", "System.Collections.Generic.IReadOnlyList<ActorPool.Statement>")]
    [InlineData("TransactAsync(async (connection, stop) => { await Task.Yield(); return 7; }, options, token)", "System.Func<ActorPool.PooledConnection, System.Threading.CancellationToken, System.Threading.Tasks.Task<int>>")]
    [InlineData("TransactAsync((connection, stop) => Task.FromResult(7))", "System.Func<ActorPool.PooledConnection, System.Threading.CancellationToken, System.Threading.Tasks.Task<int>>")]
    [InlineData("TransactAsync(async (connection, stop) => await Task.Yield(), options)", "System.Func<ActorPool.PooledConnection, System.Threading.CancellationToken, System.Threading.Tasks.Task>")]
    [InlineData("TransactAsync(async (connection, stop) => { await Task.Yield(); throw new System.InvalidOperationException(); })", "System.Func<ActorPool.PooledConnection, System.Threading.CancellationToken, System.Threading.Tasks.Task>")]
    [InlineData("TransactAsync((connection, stop) => connection.OpenAsync(stop), cancellationToken: token)", "System.Func<ActorPool.PooledConnection, System.Threading.CancellationToken, System.Threading.Tasks.Task>")]
    public void A_call_of_a_pool_binds_to_the_overload_that_it_looks_like(string call, string first)
    {
        var calls = Pools.Select((pool, i) => $"static object M{i}({pool} pool, Statement statement, StatementOptions? options, int id, CancellationToken token) => pool.{call};");
        var (tree, compilation) = Compile(string.Concat(calls));
        var model = compilation.GetSemanticModel(tree);
        var bound = tree.GetRoot().DescendantNodes().OfType<ArrowExpressionClauseSyntax>()
            .Select(arrow => model.GetSymbolInfo(arrow.Expression).Symbol as IMethodSymbol).ToArray();

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning));
        Assert.Equal(Pools.Length, bound.Length);
        Assert.All(bound, method => Assert.Equal(first, method?.Parameters[0].Type.ToDisplayString()));
    }

    [Theory]
    [InlineData("Statement.Of($\"SELECT {id}\")", Handler, 1)]
    [InlineData("Statement.Of($\"SELECT {\"constant\"}\")", Handler, 1)]
    [InlineData("Statement.Of($\"SELECT 1\")", Handler, 1)]
    [InlineData("Statement.Of(\"SELECT 1\")", Text, 2)]
    [InlineData("Statement.Of(\"SELECT $1\", id)", Text, 2)]
    [InlineData("Statement.Of(\"SELECT $1\", (object?)null)", Text, 2)]
    [InlineData("Statement.Of(\"SELECT $1, $2\", [id, \"a\"])", Text, 2)]
    public void A_statement_is_made_of_the_holes_or_of_the_values(string call, string first, int parameters)
    {
        var (tree, compilation) = Compile($"static Statement M(int id) => {call};");
        var bound = (IMethodSymbol)compilation.GetSemanticModel(tree).GetSymbolInfo(tree.GetRoot().DescendantNodes().OfType<ArrowExpressionClauseSyntax>().Single().Expression).Symbol!;

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning));
        Assert.Equal((first, parameters), (bound.Parameters[0].Type.ToDisplayString(), bound.Parameters.Length));
    }

    [Theory]
    [InlineData("pool.ExecuteAsync(\"DELETE FROM t WHERE id = \" + id)")]
    [InlineData("pool.ExecuteAsync(\"DELETE FROM t\")")]
    [InlineData("pool.ExecuteAsync($\"DELETE FROM t WHERE id = {id,5}\")")]
    [InlineData("pool.ExecuteAsync($\"DELETE FROM t WHERE id = {id,5:int4}\")")]
    [InlineData("pool.ExecuteAsync($\"SELECT * FROM ({statement}) x\")")]
    [InlineData("pool.ExecuteAsync($\"SELECT {id}\", token)")]
    [InlineData("Statement.Of($\"SELECT $1 WHERE id = {id}\", id)")]
    [InlineData("Statement.Of($\"SELECT $1\", id)")]
    public void A_mistake_does_not_compile(string call) =>
        Assert.Contains(Compile($"static object M(IConnectionPool pool, Statement statement, int id, CancellationToken token) => {call};").Compilation.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error);

    private static (SyntaxTree Tree, CSharpCompilation Compilation) Compile(string members)
    {
        var tree = CSharpSyntaxTree.ParseText($"#nullable enable\nusing ActorPool; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; static class Calls {{ {members} }}");
        return (tree, CSharpCompilation.Create("Calls", [tree], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)));
    }
}
