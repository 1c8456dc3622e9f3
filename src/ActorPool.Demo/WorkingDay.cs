using ActorPool.Demo.Accounts;
using ActorPool.Demo.Display;
using ActorPool.Demo.Holder;
using ActorPool.Demo.Server;
using ActorPool.Demo.Sessions;
using Akka.Actor;

namespace ActorPool.Demo;

/// <summary>The work of a run: transfers and keyed sessions at the same time, and during them the death of the holder.</summary>
internal sealed class WorkingDay(IActorRef bank, KeyedSessions sessions, Observer observer, EventFeed events)
{
    private static readonly TimeSpan HolderAtMost = TimeSpan.FromSeconds(1);

    /// <param name="length">How long transfers go on.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The observations of the holder's end, and how many users found their session again while they were alone in the pool.</returns>
    public async Task<(HolderReport Holder, int KeptAlone)> RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bank.Tell(new OpenBank());
        var visits = sessions.RunAsync(closing.Token);
        var holder = HoldAsync(length, cancellationToken);
        try
        {
            await Task.Delay(length, cancellationToken);
            await bank.Ask<BankClosed>(new CloseBank(), cancellationToken);
        }
        finally
        {
            await closing.CancelAsync();
        }

        await visits;
        var report = await holder;
        return (report, await sessions.ProveKeptAsync(cancellationToken));
    }

    private async Task<HolderReport> HoldAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        await Task.Delay(length * 0.3, cancellationToken);
        var lifetime = length * 0.2 < HolderAtMost ? length * 0.2 : HolderAtMost;
        return await new HolderTrial(bank, observer, events).RunAsync(lifetime, cancellationToken);
    }
}
