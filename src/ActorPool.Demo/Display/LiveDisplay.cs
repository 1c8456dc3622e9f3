using ActorPool.Demo.Checks;
using Spectre.Console;

namespace ActorPool.Demo.Display;

/// <summary>A table that is redrawn five times a second.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : IDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public void Introduce(string server, string work)
    {
        console.Write(new Text($"{server}\n", new Style(Color.Grey)));
        console.Write(new Text($"{work}\n\n"));
    }

    public Task ShowAsync(Func<Snapshot> look, EventFeed events, Task work)
    {
        var dashboard = new Dashboard();
        return console.Live(dashboard.Draw(look(), [])).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(Interval);
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
                live.UpdateTarget(dashboard.Draw(look(), events.From(0)));
            }
        });
    }

    public void Conclude(Verdict verdict)
    {
        var checks = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var check in verdict.Checks)
            checks.AddRow(Mark(check), new Text(check.Words));

        console.WriteLine();
        console.Write(checks);
        console.WriteLine();
        console.Write(new Text($"{verdict.Sentence}\n", new Style(verdict.Holds ? Color.Green : Color.Red, decoration: Decoration.Bold)));
    }

    private Text Mark(Check check)
    {
        var (unicode, plain) = check.Holds ? ("✓", "ok") : ("✗", "FAILED");
        return new Text(console.Profile.Capabilities.Unicode ? unicode : plain, new Style(check.Holds ? Color.Green : Color.Red));
    }
}
