using ActorPool.Demo.Accounts;
using ActorPool.Demo.Display;
using ActorPool.Demo.Server;
using Akka.Actor;

namespace ActorPool.Demo.Holder;

/// <summary>Starts the holder, observes the server, lets the holder die, and observes the server again.</summary>
internal sealed class HolderTrial(IActorRef bank, Observer observer, EventFeed events)
{
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(5);

    /// <param name="lifetime">How long the holder keeps its transaction open, so that it can be seen.</param>
    /// <param name="cancellationToken">Cancels the trial.</param>
    public async Task<HolderReport> RunAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var holding = await bank.Ask<Holding>(new SendHolder(), cancellationToken);
        events.Add($"holder: in a transaction in backend {holding.Pid}, took {HolderActor.Amount} out of the vault");
        await Task.Delay(lifetime, cancellationToken);

        var before = await observer.FindAsync(holding.Pid, cancellationToken);
        events.Add($"server: backend {holding.Pid} is '{before?.State ?? "unknown"}'; now the holder dies");
        var report = new HolderReport(holding.Pid, holding.VaultInside, before?.State, GoneAfter: null);
        var died = await DieAsync(holding.Holder, cancellationToken);
        if (before is null || !await observer.IsGoneAsync(before, GonePatience, cancellationToken))
            return report;

        report = report with { GoneAfter = TimeProvider.System.GetElapsedTime(died) };
        events.Add($"server: backend {holding.Pid} is gone after {report.GoneAfter.Value.TotalMilliseconds:0} ms");
        return report;
    }

    /// <returns>The time stamp of its end.</returns>
    private static async Task<long> DieAsync(IActorRef holder, CancellationToken cancellationToken)
    {
        var end = holder.WatchAsync(cancellationToken);
        holder.Tell(new Die());
        await end;
        return TimeProvider.System.GetTimestamp();
    }
}
