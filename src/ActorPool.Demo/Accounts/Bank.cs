using ActorPool.Demo.Holder;
using ActorPool.Demo.Server;
using Akka.Actor;
using Akka.Hosting;

namespace ActorPool.Demo.Accounts;

/// <summary>
/// The parent of all accounts and of the bookkeeper. In a rush hour every account makes one transfer after another. In the quiet time after it, each account
/// finishes its last transfer, and keyed sessions find their connections again.
/// </summary>
internal sealed class Bank : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RushHour = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(0.5);

    private readonly BankBooks _books;
    private readonly IActorRef _pool;
    private readonly Queue<IActorRef> _resting = [];
    private readonly int _accounts;
    private IActorRef? _bookkeeper;
    private IActorRef? _closer;

    public Bank(IRequiredActor<PoolManager> pool, BankBooks books, Arguments arguments)
    {
        _pool = pool.ActorRef;
        _books = books;
        _accounts = arguments.Accounts;
        Receive<OpenBank>(_ => Open());
        Receive<TideTurns>(_ => Turn());
        Receive<TransferMade>(_ => Ended(_books.CountMade));
        Receive<TransferDeclined>(_ => Ended(_books.CountDeclined));
        Receive<TransferFailed>(failed => Failed(failed.Reason));
        Receive<CloseBank>(_ => Close());
        Receive<SendHolder>(_ => Employ(Sender));
    }

    ITimerScheduler IWithTimers.Timers { get; set; } = null!;

    private ITimerScheduler Timers => ((IWithTimers)this).Timers;

    protected override void PreStart()
    {
        for (var number = 1; number <= _accounts; number++)
        {
            var account = Props.Create<AccountActor>(number, _accounts, _pool);
            _resting.Enqueue(Context.ActorOf(account, $"account-{number}"));
        }
    }

    /// <summary>A failed child is not restarted, and the holder's death is not logged.</summary>
    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(0, Timeout.Infinite, _ => Directive.Stop, loggingEnabled: false);

    private void Open()
    {
        _bookkeeper = Context.ActorOf(Props.Create<Bookkeeper>(_pool, _books, DemoSchema.SumOf(_accounts)), "bookkeeper");
        BeginRushHour();
    }

    private void Turn()
    {
        if (!_books.IsRushHour)
        {
            BeginRushHour();
            return;
        }

        _books.IsRushHour = false;
        Timers.StartSingleTimer(nameof(TideTurns), new TideTurns(), QuietTime);
    }

    private void BeginRushHour()
    {
        _books.IsRushHour = true;
        Timers.StartSingleTimer(nameof(TideTurns), new TideTurns(), RushHour);
        while (_resting.TryDequeue(out var account))
            account.Tell(new MakeTransfer());
    }

    private void Ended(Action count)
    {
        count();
        if (_books.IsRushHour)
            Sender.Tell(new MakeTransfer());
        else
            Rest();
    }

    /// <summary>Tries again in the next rush hour, so that a transfer that fails at once is not repeated in a tight loop.</summary>
    private void Failed(string reason)
    {
        _books.CountFailed(reason);
        Rest();
    }

    private void Rest()
    {
        _resting.Enqueue(Sender);
        ReportClosed();
    }

    private void Employ(IActorRef listener) => Context.ActorOf(Props.Create<HolderActor>(_pool, listener), "holder");

    private void Close()
    {
        Timers.CancelAll();
        Context.Stop(_bookkeeper);
        _books.IsRushHour = false;
        _closer = Sender;
        ReportClosed();
    }

    private void ReportClosed()
    {
        if (_resting.Count == _accounts)
            _closer?.Tell(new BankClosed());
    }

    private sealed record TideTurns;
}
