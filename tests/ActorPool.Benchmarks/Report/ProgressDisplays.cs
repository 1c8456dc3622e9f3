using Spectre.Console;

namespace ActorPool.Benchmarks.Report;

/// <summary>A line that changes on a terminal; plain lines when the output goes elsewhere.</summary>
internal static class ProgressDisplays
{
    public static Task WhileAsync(Func<IProgressDisplay, Task> action) =>
        Console.IsOutputRedirected
            ? action(new Lines())
            : AnsiConsole.Status().StartAsync("Starting", status => action(new Line(status)));

    private sealed class Line(StatusContext status) : IProgressDisplay
    {
        public void Show(string what) => status.Status(Markup.Escape(what));

        public void Done(string what) => AnsiConsole.MarkupLine($"[grey]{Markup.Escape(what)}: done[/]");
    }

    private sealed class Lines : IProgressDisplay
    {
        public void Show(string what)
        {
        }

        public void Done(string what) => Console.WriteLine($"{what}: done");
    }
}
