using ActorPool.Benchmarks.Libraries;
using ActorPool.Benchmarks.Micro;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Recovery;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Spike;
using ActorPool.Benchmarks.Statements;
using ActorPool.Benchmarks.Statements.Curves;
using ActorPool.Tests.Shared;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Benchmarks;

/// <summary>The measurements of the command line, each with its report and its exit code.</summary>
internal static class Program
{
    private const int Succeeded = 0;
    private const int Failed = 1;

    private static Task<int> Main(string[] args) => BenchmarkCommand.Create().RunAsync(args);

    /// <summary>The comparison, then the spike unless the command line names its work.</summary>
    public static Task<int> CompareAsync(BenchmarkOptions options) => OnServerAsync(async () =>
    {
        Terminal.Prepare();
        var (machine, results) = await Comparison.RunAsync(options);
        var spike = options.HasSpike ? await StartUpSpike.RunAsync(options) : null;
        return await ReportAsync(options, machine, results, spike);
    });

    public static Task<int> SpikeAsync(BenchmarkOptions options) => OnServerAsync(async () =>
    {
        Terminal.Prepare();
        var spike = await StartUpSpike.RunAsync(options);
        return await ReportAsync(options, spike.Machine, [], spike);
    });

    public static Task<int> RecoveryAsync(int rounds) => OnServerAsync(async () =>
    {
        await RecoveryRun.RunAsync(rounds);
        return Succeeded;
    });

    public static Task<int> LibrariesAsync(int rounds, TimeSpan length) => OnServerAsync(async () =>
    {
        await LibraryRun.RunAsync(rounds, length);
        return Succeeded;
    });

    public static Task<int> StatementsAsync(CurveOptions options) => OnServerAsync(async () =>
    {
        Terminal.Prepare();
        return await StatementRun.RunAsync(options) ? Succeeded : Failed;
    });

    public static int Plot(string folder)
    {
        if (new StatementReport(folder).Plot() is not { } plot)
        {
            Console.Error.WriteLine($"No run of 'statements' has written its points to {folder}.");
            return Failed;
        }

        Console.WriteLine(plot);
        return Succeeded;
    }

    public static int Micro(string[] arguments, string folder) => MicroRun.Run(arguments, folder) ? Succeeded : CommandLines.WrongArguments;

    private static async Task<int> ReportAsync(BenchmarkOptions options, string machine, IReadOnlyList<ScenarioResult> results, SpikeResult? spike)
    {
        await new ReportWriter(options).WriteAsync(machine, results, spike);
        // An error of another contestant is a result; an error of this pool is a failure.
        var isSpikeFailed = spike?[SpikeContestant.Here].Any(figures => figures.Errors > 0) == true;
        return isSpikeFailed || results.Any(result => result.All.Any(figures => figures.Errors > 0)) ? Failed : Succeeded;
    }

    private static async Task<int> OnServerAsync(Func<Task<int>> measure)
    {
        try
        {
            return await measure();
        }
        catch (PostgresUnavailableException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return Failed;
        }
    }
}
