using ActorPool.Benchmarks.Micro;
using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Spike;
using ActorPool.ThrowawayPostgres;

namespace ActorPool.Benchmarks;

/// <summary>Reads the arguments, runs what they say, reports.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int WrongArguments = 2;

    private static async Task<int> Main(string[] args)
    {
        if (args.Contains("--help") && args[0] != "micro")
        {
            Console.WriteLine(Arguments.Usage);
            return 0;
        }

        BenchmarkOptions options;
        try
        {
            options = Arguments.Parse(args);
        }
        catch (FormatException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message} Run it with -- --help for its options.");
            return WrongArguments;
        }

        if (options.Verb == BenchmarkVerb.Micro)
            return MicroRun.Run(options.MicroArguments, options.Folder) ? 0 : WrongArguments;
        Terminal.Prepare();
        return await RunAsync(options);
    }

    private static async Task<int> RunAsync(BenchmarkOptions options)
    {
        try
        {
            var (machine, results) = options.Verb == BenchmarkVerb.Spike ? ("", []) : await Comparison.RunAsync(options);
            var spike = options.HasSpike ? await StartUpSpike.RunAsync(options) : null;
            await new ReportWriter(options).WriteAsync(options.Verb == BenchmarkVerb.Spike ? spike!.Machine : machine, results, spike);
            // What the others get wrong is a result; what this pool does is a failure.
            var isSpikeFailed = spike?[SpikeContestant.Here].Any(figures => figures.Errors > 0) == true;
            return isSpikeFailed || results.Any(result => result.All.Any(figures => figures.Errors > 0)) ? Failed : 0;
        }
        catch (PostgresUnavailableException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return Failed;
        }
    }
}
