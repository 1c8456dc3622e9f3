using System.Runtime.InteropServices;
using ActorPool.ThrowawayPostgres.Guarding;

namespace ActorPool.ThrowawayPostgres;

/// <summary>Runs a server until Ctrl+C, or, when the library starts it, the guard of a server.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is [Guard.Command, var folder, var binaries])
            return await Guard.RunAsync(folder, binaries);

        try
        {
            var arguments = Arguments.Parse(args);
            if (arguments.Help)
                Console.WriteLine(Arguments.Usage);
            else
                await ServeAsync(arguments.Options);

            return 0;
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message}\n\n{Arguments.Usage}");
            return 2;
        }
        catch (PostgresUnavailableException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task ServeAsync(PostgresServerOptions options)
    {
        using var end = new CancellationTokenSource();
        void Finish(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Finish);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Finish);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Finish);

        await using var server = await PostgresServer.StartAsync(options, end.Token);
        Console.WriteLine(server.Description);
        Console.WriteLine(server.ConnectionString);
        Console.WriteLine("Ctrl+C ends it.");
        await Task.Delay(Timeout.Infinite, end.Token);
    }
}
