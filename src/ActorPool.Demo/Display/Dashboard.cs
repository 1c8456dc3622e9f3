using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorPool.Demo.Display;

/// <summary>The layout of the live table.</summary>
internal sealed class Dashboard
{
    private const int EventsShown = 5;

    private readonly Rate _rate = new();
    private readonly Rate _statements = new();

    public IRenderable Draw(Snapshot now, IReadOnlyList<string> events) => new Spectre.Console.Rows(
        new Text($"{now.Elapsed.TotalSeconds:0.0} s of {now.Length.TotalSeconds:0} s, {(now.IsRushHour ? "rush hour" : "quiet time")}", new Style(Color.Aqua)),
        new Columns(Pool(now.Pool), Work(now), Statements(now)) { Expand = false },
        new Spectre.Console.Rows(events.TakeLast(EventsShown).Select(what => new Text(what, new Style(Color.Grey)))));

    private static Table Pool(PoolStatistics pool)
    {
        var table = Frame($"pool of {pool.Max}").AddColumn(new TableColumn("").NoWrap());
        AddState(table, "open", pool.Open, pool.Max, Color.White);
        AddState(table, "lent", pool.InUse - pool.Working, pool.Max, Color.Green);
        AddState(table, "working", pool.Working, pool.Max, Color.Fuchsia);
        AddState(table, "idle", pool.Idle, pool.Max, Color.Blue);
        AddState(table, "resetting", pool.Resetting, pool.Max, Color.Yellow);
        AddState(table, "closing", pool.Closing, pool.Max, Color.Red);
        AddState(table, "opening", pool.Opening, pool.Max, Color.Aqua);
        return table.AddRow(new Text("waiting"), Number(pool.Waiting), Text.Empty);
    }

    private Table Work(Snapshot now)
    {
        var table = Frame("work");
        AddCount(table, "transfers", now.Transfers);
        AddCount(table, "a second", (long)_rate.Next(now.Elapsed, now.Transfers));
        AddCount(table, "declined", now.Declined);
        AddCount(table, "sessions kept", now.SessionsKept);
        AddCount(table, "sessions anew", now.SessionsAnew);
        AddCount(table, "samples", now.Sampling.Count);
        AddCount(table, "peak backends", now.Sampling.Highest);
        return table;
    }

    private Table Statements(Snapshot now)
    {
        var table = Frame("statements");
        AddCount(table, "answered", now.Pool.StatementsRun);
        AddCount(table, "a second", (long)_statements.Next(now.Elapsed, now.Pool.StatementsRun));
        AddCount(table, "batches", now.Pool.Batches);
        table.AddRow(new Text("per batch"), new Text($"{now.StatementsInBatch:0.0}", new Style(decoration: Decoration.Bold)));
        AddCount(table, "waiting", now.Pool.StatementsWaiting);
        AddCount(table, "running", now.Pool.StatementsRunning);
        return table;
    }

    private static Table Frame(string title) => new Table()
        .Border(TableBorder.Rounded)
        .BorderColor(Color.Grey)
        .AddColumn(new TableColumn(new Text(title, new Style(decoration: Decoration.Bold))).NoWrap())
        .AddColumn(new TableColumn("").RightAligned().NoWrap());

    private static void AddState(Table table, string name, int count, int most, Color color) => table.AddRow(
        new Text(name), Number(count), new Text(new string('■', count) + new string('·', Math.Max(0, most - count)), new Style(color)));

    private static void AddCount(Table table, string name, long count) => table.AddRow(new Text(name), Number(count));

    private static Text Number(long number) => new($"{number:N0}", new Style(decoration: Decoration.Bold));
}
