using ActorPool.ThrowawayPostgres;

namespace ActorPool.Tests.ThrowawayPostgres.Support;

/// <summary>A program that owns two servers and waits to be killed.</summary>
internal static class TwoServersParent
{
    private static async Task Main(string[] args)
    {
        if (args is [var existingServer])
            Environment.SetEnvironmentVariable(PostgresServer.EnvironmentVariable, existingServer);
        await using var first = await PostgresServer.StartAsync();
        await using var second = await PostgresServer.StartAsync();
        Console.WriteLine(first.ConnectionString);
        Console.WriteLine(second.ConnectionString);
        await Task.Delay(Timeout.Infinite);
    }
}
