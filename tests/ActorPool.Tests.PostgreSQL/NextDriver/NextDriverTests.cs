using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.NextDriver;

/// <summary>The binaries as they are, with the next major version of Npgsql.</summary>
public sealed class NextDriverTests : PoolTest
{
    private static readonly string[] Works = ["Npgsql 11", "has the property: False", "tables left: 0", "the query was ended: True"];

    [Fact]
    public async Task A_pool_starts_on_a_driver_without_the_multiplexing_property() =>
        Assert.Equal(Works, await RunAsync(internalsMoved: false));

    [Fact]
    public async Task Where_internals_have_moved_it_does_without_and_says_so_once()
    {
        var seen = await RunAsync(internalsMoved: true);

        Assert.Equal(Works, seen.Take(Works.Length));
        var warning = Assert.Single(seen.Skip(Works.Length));
        Assert.StartsWith("Pool default: This Npgsql (11.0.0) has other internals than those that the pool knows: ", warning, StringComparison.Ordinal);
        Assert.EndsWith("The pool works without them: it is safe, and slower.", warning, StringComparison.Ordinal);
        Assert.Contains("_socket", warning, StringComparison.Ordinal);
    }

    private async Task<string[]> RunAsync(bool internalsMoved)
    {
        var seen = await new NextDriverContext(internalsMoved).RunAsync<string[]>(typeof(Scenario), nameof(Scenario.RunAsync), ConnectionString);
        Assert.Equal(0, await Backends.WaitForAsync(0));
        return seen;
    }
}
