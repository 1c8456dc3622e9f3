using ActorPool.Demo.Checks;

namespace ActorPool.Demo.Display;

/// <summary>One plain line a second, and one for each event; for files, pipes and build logs.</summary>
internal sealed class LineDisplay(TextWriter output) : IDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public void Introduce(string server, string work)
    {
        output.WriteLine(server);
        output.WriteLine(work);
    }

    public async Task ShowAsync(Func<Snapshot> look, EventFeed events, Task work)
    {
        using var timer = new PeriodicTimer(Interval);
        var (transfers, statements) = (new Rate(), new Rate());
        var shown = 0;
        transfers.Next(TimeSpan.Zero, 0);
        statements.Next(TimeSpan.Zero, 0);
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
            shown = Write(events, shown);
            var now = look();
            output.WriteLine(Line(now, transfers.Next(now.Elapsed, now.Transfers), statements.Next(now.Elapsed, now.Pool.StatementsRun)));
        }
    }

    public void Conclude(Verdict verdict)
    {
        output.WriteLine();
        foreach (var check in verdict.Checks)
            output.WriteLine($"{(check.Holds ? "ok    " : "FAILED")}  {check.Words}");

        output.WriteLine();
        output.WriteLine(verdict.Sentence);
    }

    private int Write(EventFeed events, int shown)
    {
        var fresh = events.From(shown);
        foreach (var what in fresh)
            output.WriteLine($"        {what}");
        return shown + fresh.Count;
    }

    private static string Line(Snapshot now, double transfers, double statements) =>
        $"{now.Elapsed.TotalSeconds,5:0.0} s  open {now.Pool.Open}, lent {now.Pool.InUse - now.Pool.Working}, working {now.Pool.Working}, idle {now.Pool.Idle}, "
        + $"opening {now.Pool.Opening}, resetting {now.Pool.Resetting}, waiting {now.Pool.Waiting} | {now.Transfers:N0} transfers, {transfers:N0}/s | "
        + $"{now.Pool.StatementsRun:N0} statements, {statements:N0}/s, {now.StatementsInBatch:0.0} in a round trip, "
        + $"{now.Pool.StatementsWaiting} waiting, {now.Pool.StatementsRunning} running | "
        + $"sessions {now.SessionsKept:N0} kept, {now.SessionsAnew:N0} anew | "
        + $"{now.Sampling.Count:N0} samples, peak {now.Sampling.Highest} backends";
}
