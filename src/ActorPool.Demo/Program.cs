using System.Runtime.InteropServices;
using ActorPool.Demo.Display;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Demo;

/// <summary>Runs the demo and turns its result into an exit code.</summary>
internal static class Program
{
    private const int Held = 0;
    private const int DidNotHold = 1;
    private const int WrongArguments = 2;
    private const int Interrupted = 130;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            var arguments = Arguments.Parse(args);
            if (!arguments.Help)
                return await RunAsync(arguments);

            Console.WriteLine(Arguments.Usage);
            return Held;
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"{e.Message} Run it with -- --help for its options.");
            return WrongArguments;
        }
    }

    private static async Task<int> RunAsync(Arguments arguments)
    {
        using var end = new CancellationTokenSource();
        void Finish(PosixSignalContext context)
        {
            // The process stays until everything of the demo is removed.
            context.Cancel = true;
            end.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Finish);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Finish);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Finish);
        try
        {
            return await new DemoRun(arguments, Displays.ForThisOutput()).RunAsync(end.Token) ? Held : DidNotHold;
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted: the checks were not completed.");
            return Interrupted;
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync("The work did not end in time: a request has not been answered.");
            return DidNotHold;
        }
        catch (Exception e) when (e is PostgresUnavailableException or PoolException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return DidNotHold;
        }
    }
}
