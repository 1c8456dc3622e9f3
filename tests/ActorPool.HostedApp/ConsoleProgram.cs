using Akka.Actor;

namespace ActorPool.HostedApp;

/// <summary>An endless program without a host, with the README's line that ends it.</summary>
internal static class ConsoleProgram
{
    public static async Task RunAsync(string connectionString)
    {
        using var system = ActorSystem.Create("console", "akka.loglevel = WARNING, akka.stdout-loglevel = WARNING");
        await using var pool = await ConnectionPool.StartAsync(system, new PoolSettings(connectionString, 2, 4));
        system.RegisterOnTermination(() => Environment.Exit(0));
        Console.WriteLine("listening nowhere:");
        await Task.Delay(Timeout.Infinite);
    }
}
