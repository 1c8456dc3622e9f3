using ActorPool.Benchmarks.Options;
using ActorPool.Benchmarks.Report;

namespace ActorPool.Benchmarks;

/// <summary>Reads the arguments, runs what they say, reports.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args.Contains("--help"))
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
            await Console.Error.WriteLineAsync($"{error.Message} --help tells what can be given.");
            return 2;
        }

        Terminal.Prepare();
        var (machine, results) = await Comparison.RunAsync(options);
        var tables = ComparisonTables.Of(results).ToArray();
        foreach (var table in tables)
            Terminal.Show(table);
        Directory.CreateDirectory(options.Folder);
        await File.WriteAllTextAsync(Path.Combine(options.Folder, "report.md"), Markdown.Of("Benchmarks", [machine], tables, []));
        return results.Any(result => result.All.Any(figures => figures.Errors > 0)) ? 1 : 0;
    }
}
