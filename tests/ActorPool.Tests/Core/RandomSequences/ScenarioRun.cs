using ActorPool.Tests.Core.Support;
using static ActorPool.Tests.Core.RandomSequences.Dice;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>Runs one scenario, and then brings the pool to rest to see that nothing was lost.</summary>
internal sealed partial class ScenarioRun
{
    private readonly TestPool _pool;
    private readonly TestBorrower?[] _borrowers = [null, null, new("alice"), new("bob"), new("carol")];
    private readonly List<TestWaiter> _asked = [];
    private readonly List<TestStatement> _told = [];

    private ScenarioRun(Scenario scenario, Action<string>? log)
    {
        var settings = RandomSettings.From(scenario.Dice);
        log?.Invoke(settings.ToString());
        _pool = new TestPool(settings, scenario.Dice[0]) { Log = log };
    }

    public static void Of(Scenario scenario, Action<string>? log = null)
    {
        var run = new ScenarioRun(scenario, log);
        run._pool.Start();
        foreach (var command in scenario.Commands)
            run.Do(command);
        run._pool.Log?.Invoke("------ coming to rest");
        run.ComeToRest();
    }

    private void Do(Command command)
    {
        var (a, b, c) = (command.A, command.B, command.C);
        switch (command.Op)
        {
            case Op.Get or Op.GetGone:
                _asked.Add(_pool.Get(Pick(UserKeys, a), Pick(Timeouts, b), Borrower(c), gone: command.Op == Op.GetGone, alone: IsAlone(b)));
                break;
            case Op.Put when Choose(_asked.FindAll(IsOut), a) is { } lent:
                var unused = c % 2 == 1 && Condition(b) == ReturnCondition.Clean && _pool.Ledger.IsResetPending(lent);
                _pool.Put(lent, unused ? ReturnCondition.ResetPending : Condition(b), close: c % 6 == 5);
                break;
            case Op.PutStale when Choose(_asked.FindAll(waiter => waiter.Slot is not null && !IsOut(waiter)), a) is { } stale:
                _pool.Put(stale);
                break;
            case Op.Opened when Choose(_pool.Busy(Physical.Opening), a) is { } slot:
                _pool.Opened(slot);
                break;
            case Op.OpenFailed when Choose(_pool.Busy(Physical.Opening), a) is { } slot:
                _pool.OpenFailed(slot, Failure(b));
                break;
            case Op.WorkDone when Choose(_pool.Busy(Physical.Working), a) is { } slot:
                if (slot.DiedAt is null)
                    _pool.WorkDone(slot);
                else
                    _pool.WorkFailed(slot);
                break;
            case Op.WorkFailed when Choose(_pool.Busy(Physical.Working), a) is { } slot:
                _pool.WorkFailed(slot, byHook: b % 2 == 0);
                break;
            case Op.BackendDies when Choose(_pool.Busy(Physical.Open), a) is { } slot:
                _pool.Dies(slot);
                break;
            case Op.Forgotten when Choose(_asked.FindAll(waiter => waiter.Slot is not null), a) is { } forgotten:
                _pool.Forgotten(forgotten);
                break;
            case Op.Resize when IsRunning && 1 + (a % 5) is var max:
                _pool.Resize(b % (max + 1), max);
                break;
            case Op.Drain when IsRunning:
                _pool.Drain();
                break;
            case Op.Pause when IsRunning:
                _pool.Pause();
                break;
            case Op.Crash when IsRunning:
                _pool.Crash();
                break;
            case Op.Resume:
                _pool.Resume();
                break;
            case Op.Closed when Choose(_pool.Busy(Physical.Closing), a) is { } slot:
                _pool.Closed(slot);
                break;
            case Op.Lost when Choose(_pool.Ledger.Slots.Where(slot => slot.State != Physical.None), a) is { } slot:
                _pool.Lost(slot);
                break;
            case Op.Stale when Choose(_pool.Ledger.Slots, a) is { } slot:
                _pool.StaleReports(slot);
                break;
            case Op.Cancel when Choose(_asked, a) is { Slot: null } waiter:
                _pool.Cancel(waiter);
                break;
            case Op.Gone when Choose(_pool.Ledger.Waiting, a) is { } waiter:
                _pool.Log?.Invoke($"{waiter.Name} is gone");
                waiter.Gone = true;
                break;
            case Op.Dies when a % _borrowers.Length is var index && _borrowers[index] is { } borrower:
                _pool.Dies(borrower);
                _borrowers[index] = new TestBorrower(borrower.Name + "'");
                break;
            case Op.Pass:
                _pool.Pass(Pick(Times, a));
                break;
            case Op.PassAsleep:
                _pool.PassAsleep(Pick(Times, a));
                break;
            case Op.Sweep:
                _pool.Sweep();
                break;
            case Op.Stop:
                _pool.Stop(Pick(Times, a));
                break;
            case Op.CloseAll:
                _pool.CloseAll();
                break;
            default:
                DoWithStatements(command);
                break;
        }
    }

    private void ComeToRest()
    {
        _pool.Resume();
        for (var rounds = 0; rounds < 2 || (rounds < 20 && (IsInUse() || _pool.State.Phase == PoolPhase.Starting)); rounds++)
        {
            _pool.Finish();
            while (_asked.Find(IsOut) is { } lent)
                _pool.Put(lent);
            _pool.Pass(TimeSpan.FromMilliseconds(250));
        }

        Unless(_pool.Ledger.Waiting.Count == 0, $"{_pool.Ledger.Waiting.Count} wait for ever");
        Unless(_pool.Ledger.Told.Count + _pool.Ledger.Batches.Count == 0, $"{_pool.Ledger.Told.Count} statements wait for ever");
        if (!_pool.Ledger.Ending)
        {
            Unless(_pool.State.Phase == PoolPhase.Running, $"the pool never started");
            BorrowAll();
            RunOnAll();
            _pool.CloseAll();
        }

        _pool.Pass(TimeSpan.FromSeconds(10));
        _pool.Finish();
        Unless(_pool.State.IsEmpty && _pool.Ledger.AllClosed, $"the pool does not come to its end");
        Unless(_pool.Get().Error == Refusal.Closed, $"a closed pool gives something else than the error");
    }

    private bool IsRunning => _pool.State.Phase == PoolPhase.Running;

    private bool IsInUse() => _pool.Ledger.Waiting.Count + _pool.Ledger.Told.Count + _pool.Ledger.Batches.Count > 0 || _pool.Ledger.Lent > 0;

    /// <summary>No place was lost: all of them can be lent at once.</summary>
    private void BorrowAll()
    {
        var all = new List<TestWaiter>();
        for (var i = 0; i < _pool.Settings.MaxConnections; i++)
        {
            all.Add(_pool.Get(timeout: Timeout.InfiniteTimeSpan));
            _pool.Settle(TimeSpan.FromMilliseconds(1));
            if (all[i].Answer is not null)
                continue;

            // The last attempt to open failed: the next one has its pause, of a second at most while anybody waits.
            _pool.Pass(TimeSpan.FromSeconds(1));
            _pool.Settle(TimeSpan.FromMilliseconds(1));
        }

        Unless(all.TrueForAll(waiter => waiter.Answer == EffectKind.Grant), $"a connection is lost: {string.Join(", ", all)}");
        foreach (var waiter in all)
            _pool.Put(waiter);
        _pool.Settle();
    }

    private bool IsOut(TestWaiter waiter) =>
        waiter.Slot is { } slot && _pool.Ledger.Slots[slot.Index] is { IsLent: true } lent && lent.Lease == waiter.Lease;

    private TestBorrower? Borrower(int die) => Pick(_borrowers, die);
}
