using System.Diagnostics;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>The tests of this assembly without a server.</summary>
public sealed class WithoutServerTests
{
    private const string Remedy = "Start that server, correct the connection string, or leave it out to get a throwaway server.";

    [Fact]
    public async Task Without_a_server_the_tests_fail_and_say_once_why()
    {
        var start = new ProcessStartInfo("dotnet", ["test", typeof(WithoutServerTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Nothing listens at this port.
            Environment = { [PostgresServer.EnvironmentVariable] = "Host=127.0.0.1;Port=1;Username=nobody", ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
        };
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync() + await errors;
        await run.WaitForExitAsync();

        Assert.NotEqual(0, run.ExitCode);
        Assert.Equal(2, output.Split(Remedy).Length);
        Assert.Matches(@"Failed:\s+1, Passed:\s+0", output);
    }
}
