using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace ActorPool.Benchmarks.Micro;

/// <summary>The micro-benchmarks, in this process: no other program is built, and nothing is downloaded.</summary>
internal static class MicroRun
{
    private const int WarmUps = 5;
    private const int Iterations = 15;
    private static readonly TimeInterval IterationTime = TimeInterval.FromMilliseconds(250);

    private static readonly Type[] Benchmarks = [typeof(BorrowBenchmarks), typeof(WaitingBenchmarks), typeof(KeyBenchmarks)];

    /// <summary>False when no benchmark ran.</summary>
    public static bool Run(string[] arguments, string folder)
    {
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(WarmUps).WithIterationCount(Iterations).WithIterationTime(IterationTime))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(folder);
        return BenchmarkSwitcher.FromTypes(Benchmarks).Run(Filter(arguments), config).Any(summary => summary.Reports.Length > 0);
    }

    /// <summary>A single word is part of a name; no word means all benchmarks.</summary>
    private static string[] Filter(string[] arguments) => arguments switch
    {
        [] => ["--filter", "*"],
        [var word, .. var rest] when !word.StartsWith('-') => ["--filter", word.Contains('*', StringComparison.Ordinal) ? word : $"*{word}*", .. rest],
        _ => [.. arguments],
    };
}
