using ActorPool.Benchmarks.Load;
using ActorPool.Benchmarks.Report;
using ActorPool.Benchmarks.Scenarios;
using ActorPool.Benchmarks.Statements.Cases;
using ActorPool.Benchmarks.Statements.Curves;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;

namespace ActorPool.Benchmarks.Statements;

/// <summary>Statements told to the pool beside other ways to run them: the curves over callers and delays, then callers that disturb each other.</summary>
internal static class StatementRun
{
    private const int MostServerConnections = 100;

    /// <returns>False when a call failed or an answer was wrong.</returns>
    public static async Task<bool> RunAsync(CurveOptions options)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = MostServerConnections });
        await ValueTable.CreateAsync(server.ConnectionString);
        var system = ActorSystem.Create("statements", "akka.loglevel = ERROR");
        IReadOnlyList<CurveCell> cells = [];
        var cases = new List<(ICase Case, RoundResults Results)>();
        try
        {
            await using var observer = await BackendCount.OpenAsync(server.ConnectionString);
            var stage = new Stage(server.ConnectionString, system, observer);
            await ProgressDisplays.WhileAsync(async display =>
            {
                cells = await new Curve(stage, options, display).RunAsync();
                foreach (var next in options.HasCases ? (ICase[])[new ErrorCase(stage), new SleeperCase(stage), new LeaseCase(stage), new RelayCase(stage)] : [])
                {
                    display.Show(next.Name);
                    cases.Add((next, await next.RunAsync(options.TargetRounds, 2 * options.TargetLength)));
                    display.Done(next.Name);
                }
            });
        }
        finally
        {
            await system.Terminate();
        }

        await new StatementReport(options.Folder).WriteAsync([await Machine.DescribeAsync(server.ConnectionString), options.Description], cells, cases);
        return cells.Concat(cases.Select(one => one.Results)).All(results => results.All.All(figures => figures.Errors == 0));
    }
}
