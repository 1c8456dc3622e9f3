using System.Diagnostics;
using ActorPool.Tests.Shared;
using ActorPool.Tests.ThrowawayPostgres.Support;

namespace ActorPool.Tests.ThrowawayPostgres.Packaging;

/// <summary>The package of the server, used by a test project that knows the package alone.</summary>
public sealed class PackageTests(ServerPackage package) : PackageContract(package), IClassFixture<ServerPackage>
{
    [Fact]
    public void A_package_has_two_direct_dependencies()
    {
        Assert.Equal(["MysticMind.PostgresEmbed", "Npgsql"], Dependencies);
    }

    [LinuxFact]
    public async Task The_examples_of_the_README_pass_in_a_project_that_knows_the_package_alone()
    {
        using var run = ForeignTestRun.Start(package.TestAssembly, "OrderTests|ReadmeTests", Path.Combine(package.Folder, "of the examples"));

        var output = await run.OutputAsync();

        Assert.Contains($"Passed:     {package.Code.Count}", output, StringComparison.Ordinal);
        Assert.Empty(Servers(run));
    }

    [LinuxFact]
    public async Task A_test_process_that_is_killed_leaves_no_server_and_no_folder()
    {
        using var run = ForeignTestRun.Start(package.TestAssembly, "WaitingTests", Path.Combine(package.Folder, "of the killed"));
        var (processId, connectionString) = await run.StartedAsync();
        var traces = await ServerTraces.OfAsync(connectionString);
        Assert.Equal([traces.Folder], Servers(run));

        Process.GetProcessById(processId).Kill();

        await traces.AreGoneAsync();
        Assert.Empty(Servers(run));
    }

    private static string[] Servers(ForeignTestRun run) => Directory.GetDirectories(run.Temporary, "actorpool-postgres-*");
}
