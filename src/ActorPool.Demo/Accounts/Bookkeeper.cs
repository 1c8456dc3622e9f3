using Akka.Actor;

namespace ActorPool.Demo.Accounts;

/// <summary>
/// Tells the pool again and again to add up all balances while money is moved. Each sum is read in one snapshot, and each transfer is one transaction:
/// every sum must be the same.
/// </summary>
internal sealed class Bookkeeper : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public Bookkeeper(IActorRef pool, BankBooks books, long sum)
    {
        var all = Statement.Of("SELECT sum(balance)::bigint FROM account");
        // It does not wait for the last answer.
        Receive<AddUp>(_ => pool.Tell(new Query<long>(all, row => row.GetInt64(0)) { Repeatable = true }));
        Receive<QueryResult<long>>(read => books.CountSum(read.Values[0] == sum ? null : $"{read.Values[0]:N0} instead of {sum:N0}"));
        Receive<Status.Failure>(failed => books.CountSum(failed.Cause.Message));
    }

    ITimerScheduler IWithTimers.Timers { get; set; } = null!;

    protected override void PreStart() => ((IWithTimers)this).Timers.StartPeriodicTimer(nameof(AddUp), new AddUp(), Interval);

    private sealed record AddUp;
}
