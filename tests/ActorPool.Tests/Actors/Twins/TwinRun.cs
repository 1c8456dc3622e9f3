using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.RandomSequences;
using ActorPool.Tests.Core.Support;
using static ActorPool.Tests.Core.RandomSequences.Dice;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Twins;

/// <summary>Runs one scenario on the twins, and then brings them to rest to see that nothing was lost.</summary>
internal sealed class TwinRun
{
    private static readonly Way[] Ways = [Way.Facade, Way.Ask, Way.Tell, Way.AskForOwner, Way.TellForOwner];
    private static readonly ReturnWay[] ReturnWays = [ReturnWay.Dispose, ReturnWay.Facade, ReturnWay.Ask, ReturnWay.Tell, ReturnWay.TellWithoutSender];

    private readonly TwinPools _pools;
    private readonly bool _atOnce;

    private TwinRun(SteppedSystem system, Scenario scenario, Action<string>? log)
    {
        // The two would not jitter alike.
        var settings = RandomSettings.From(scenario.Dice) with { LifetimeJitter = 0 };
        log?.Invoke(settings.ToString());
        // In one of three pools every step of a connection ends at once.
        _atOnce = scenario.Dice[^1] / 4 % 3 == 1;
        _pools = new TwinPools(system, settings, log);
    }

    public static void Of(SteppedSystem system, Scenario scenario, Action<string>? log = null)
    {
        var run = new TwinRun(system, scenario, log);
        try
        {
            if (scenario.Commands.Any(run.IsTheEndAfter))
                return;
            log?.Invoke("------ coming to rest");
            run.ComeToRest();
        }
        finally
        {
            run._pools.Leave();
        }
    }

    private TestPool Model => _pools.Model;

    private bool IsRunning => Model.State.Phase == PoolPhase.Running;

    /// <summary>Does it. True when the manager has ended with it.</summary>
    private bool IsTheEndAfter(Command command)
    {
        if (command.Op == Op.CloseAll && command.C % 2 == 1)
        {
            Model.Log?.Invoke("the manager ends");
            _pools.EndManager(command.A);
            return true;
        }

        Do(command);
        if (_atOnce)
            _pools.Settle();
        return false;
    }

    private void Do(Command command)
    {
        var (a, b, c) = (command.A, command.B, command.C);
        switch (command.Op)
        {
            case Op.Get or Op.GetGone:
                _pools.Get(Pick(Ways, c), Pick(UserKeys, a), Pick(Timeouts, b), Pick(_pools.Actors, c / 5), Pick(_pools.Actors, a / 4), gone: command.Op == Op.GetGone);
                break;
            case Op.Put when Choose(_pools.Requests.Where(_pools.IsOut), a) is { } lent:
                _pools.Put(lent, Pick(ReturnWays, c), Condition(b), close: b / 7 % 4 == 3, withKey: b / 28 == 0);
                break;
            case Op.PutStale when Choose(_pools.Requests.Where(request => request.Lease is not null && !_pools.IsOut(request)), a) is { } stale:
                _pools.Put(stale, Pick(ReturnWays, c), ReturnCondition.Clean, close: b % 2 == 0, withKey: false);
                break;
            case Op.Stale when c % 2 == 0:
                _pools.PutForeign(Pick(ReturnWays, a));
                break;
            case Op.Stale when Choose(_pools.Requests.Where(_pools.IsOut), a) is { } lent:
                _pools.PutUnderWrongKey(lent, Pick(ReturnWays, b));
                break;
            case Op.Opened when Choose(Model.Busy(Physical.Opening), a) is { } slot:
                _pools.Opened(slot);
                break;
            case Op.OpenFailed when Choose(Model.Busy(Physical.Opening), a) is { } slot:
                _pools.OpenFailed(slot, Failure(b));
                break;
            case Op.WorkDone when Choose(Model.Busy(Physical.Working), a) is { } slot:
                _pools.WorkDone(slot);
                break;
            case Op.WorkFailed when Choose(Model.Busy(Physical.Working), a) is { } slot:
                _pools.WorkFailed(slot, byHook: b % 2 == 0);
                break;
            case Op.BackendDies when Choose(Model.Busy(Physical.Open), a) is { } slot:
                _pools.BackendDies(slot);
                break;
            case Op.Closed when Choose(Model.Busy(Physical.Closing), a) is { } slot:
                _pools.Closed(slot, late: b % 2 == 0);
                break;
            case Op.Lost when Choose(Model.Ledger.Slots.Where(slot => slot.State != Physical.None), a) is { } slot:
                _pools.Lost(slot, killed: b % 2 == 0);
                break;
            case Op.Forgotten when Choose(_pools.Requests.Where(request => request.Lease is not null), a) is { } forgotten:
                _pools.Forgotten(forgotten);
                break;
            case Op.Cancel or Op.Gone when Choose(_pools.Requests.Where(request => request is not Told && request is { IsAnswered: false, IsOver: false }), a) is { } waiting:
                _pools.Cancel(waiting);
                break;
            case Op.Dies:
                _pools.Dies(a % _pools.Actors.Length);
                break;
            case Op.Pass or Op.PassAsleep:
                _pools.Pass(Pick(Times, a));
                break;
            case Op.Resize when IsRunning && 1 + (a % 5) is var max:
                _pools.Resize(b % (max + 1), max);
                break;
            case Op.Drain when IsRunning:
                _pools.Drain();
                break;
            case Op.Pause when IsRunning:
                _pools.Pause(untilReturned: a % 2 == 0);
                break;
            case Op.Resume when IsRunning:
                _pools.Resume();
                break;
            case Op.Crash when IsRunning:
                _pools.Crash();
                break;
            case Op.Stop:
                _pools.Stop(Pick(Times, a));
                break;
            case Op.CloseAll:
                _pools.CloseAll();
                break;
        }
    }

    private void ComeToRest()
    {
        if (IsRunning)
            _pools.Resume();
        for (var rounds = 0; rounds < 2 || (rounds < 20 && (Model.Ledger.Waiting.Count > 0 || Model.Ledger.Lent > 0 || Model.State.Phase == PoolPhase.Starting)); rounds++)
        {
            _pools.Settle();
            while (_pools.Requests.FirstOrDefault(_pools.IsOut) is { } lent)
                _pools.Put(lent, ReturnWay.Dispose, ReturnCondition.Clean, close: false, withKey: false);
            _pools.Pass(TimeSpan.FromMilliseconds(250));
        }

        Unless(Model.Ledger.Waiting.Count == 0, $"{Model.Ledger.Waiting.Count} wait for ever");
        if (!Model.Ledger.Ending)
            _pools.CloseAll();
        _pools.Pass(TimeSpan.FromSeconds(10));
        _pools.Settle();
        Unless(Model.State.IsEmpty, $"the pool does not come to its end");
    }
}
