using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.RandomSequences;
using ActorPool.Tests.Core.Support;
using static ActorPool.Tests.Core.RandomSequences.Dice;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>Runs one scenario on the pool and its model, and then brings both to rest to see that nothing was lost.</summary>
internal sealed class ModelledRun
{
    private static readonly EntryPoint[] EntryPoints = [EntryPoint.Facade, EntryPoint.Ask, EntryPoint.Tell, EntryPoint.AskForOwner, EntryPoint.TellForOwner];
    private static readonly ReturnEntryPoint[] ReturnEntryPoints = [ReturnEntryPoint.Dispose, ReturnEntryPoint.Facade, ReturnEntryPoint.Ask, ReturnEntryPoint.Tell, ReturnEntryPoint.TellWithoutSender];

    private readonly ModelledPool _pool;
    private readonly bool _atOnce;

    private ModelledRun(SteppedSystem system, Scenario scenario, Action<string>? log)
    {
        // Pool and model would not have the same jitter.
        var settings = RandomSettings.From(scenario.Dice) with { LifetimeJitter = 0 };
        log?.Invoke(settings.ToString());
        // In one of three pools every step of a connection ends at once.
        _atOnce = scenario.Dice[^1] / 4 % 3 == 1;
        _pool = new ModelledPool(system, settings, log);
    }

    public static void Of(SteppedSystem system, Scenario scenario, Action<string>? log = null)
    {
        var run = new ModelledRun(system, scenario, log);
        try
        {
            if (scenario.Commands.Any(run.IsTheEndAfter))
                return;
            log?.Invoke("------ coming to rest");
            run.ComeToRest();
        }
        finally
        {
            run._pool.Leave();
        }
    }

    private TestPool Model => _pool.Model;

    private bool IsRunning => Model.State.Phase == PoolPhase.Running;

    /// <summary>Makes one step. True when the step has ended the manager.</summary>
    private bool IsTheEndAfter(Command command)
    {
        if (command.Op == Op.CloseAll && command.C % 2 == 1)
        {
            Model.Log?.Invoke("the manager ends");
            _pool.EndManager(command.A);
            return true;
        }

        Do(command);
        if (_atOnce)
            _pool.Settle();
        return false;
    }

    private void Do(Command command)
    {
        var (a, b, c) = (command.A, command.B, command.C);
        switch (command.Op)
        {
            case Op.Get or Op.GetGone:
                _pool.Get(Pick(EntryPoints, c), Pick(UserKeys, a), Pick(Timeouts, b), Pick(_pool.Actors, c / 5), Pick(_pool.Actors, a / 4), gone: command.Op == Op.GetGone, alone: IsAlone(b));
                break;
            case Op.Put when Choose(_pool.Requests.Where(_pool.IsOut), a) is { } lent:
                _pool.Put(lent, Pick(ReturnEntryPoints, c), Condition(b), close: b / 7 % 4 == 3, withKey: b / 28 == 0);
                break;
            case Op.PutStale when Choose(_pool.Requests.Where(request => request.Lease is not null && !_pool.IsOut(request)), a) is { } stale:
                _pool.Put(stale, Pick(ReturnEntryPoints, c), ReturnCondition.Clean, close: b % 2 == 0, withKey: false);
                break;
            case Op.Stale when c % 2 == 0:
                _pool.PutForeign(Pick(ReturnEntryPoints, a));
                break;
            case Op.Stale when Choose(_pool.Requests.Where(_pool.IsOut), a) is { } lent:
                _pool.PutUnderWrongKey(lent, Pick(ReturnEntryPoints, b));
                break;
            case Op.Opened when Choose(Model.Busy(Physical.Opening), a) is { } slot:
                _pool.Opened(slot);
                break;
            case Op.OpenFailed when Choose(Model.Busy(Physical.Opening), a) is { } slot:
                _pool.OpenFailed(slot, Failure(b));
                break;
            case Op.WorkDone when Choose(Model.Busy(Physical.Working), a) is { } slot:
                _pool.WorkDone(slot);
                break;
            case Op.WorkFailed when Choose(Model.Busy(Physical.Working), a) is { } slot:
                _pool.WorkFailed(slot, byHook: b % 2 == 0);
                break;
            case Op.BackendDies when Choose(Model.Busy(Physical.Open), a) is { } slot:
                _pool.BackendDies(slot);
                break;
            case Op.Closed when Choose(Model.Busy(Physical.Closing), a) is { } slot:
                _pool.Closed(slot, late: b % 2 == 0);
                break;
            case Op.Lost when Choose(Model.Ledger.Slots.Where(slot => slot.State != Physical.None), a) is { } slot:
                _pool.Lost(slot, killed: b % 2 == 0);
                break;
            case Op.Forgotten when Choose(_pool.Requests.Where(request => request.Lease is not null), a) is { } forgotten:
                _pool.Forgotten(forgotten);
                break;
            case Op.Cancel or Op.Gone when Choose(_pool.Requests.Where(request => request is not Told && request is { IsAnswered: false, IsOver: false }), a) is { } waiting:
                _pool.Cancel(waiting);
                break;
            case Op.Dies:
                _pool.Dies(a % _pool.Actors.Length);
                break;
            case Op.Pass or Op.PassAsleep:
                _pool.Pass(Pick(Times, a));
                break;
            case Op.Resize when IsRunning && 1 + (a % 5) is var max:
                _pool.Resize(b % (max + 1), max);
                break;
            case Op.Drain when IsRunning:
                _pool.Drain();
                break;
            case Op.Pause when IsRunning:
                _pool.Pause(untilReturned: a % 2 == 0);
                break;
            case Op.Resume when IsRunning:
                _pool.Resume();
                break;
            case Op.Crash when IsRunning:
                _pool.Crash();
                break;
            case Op.Stop:
                _pool.Stop(Pick(Times, a));
                break;
            case Op.CloseAll:
                _pool.CloseAll();
                break;
        }
    }

    private void ComeToRest()
    {
        if (IsRunning)
            _pool.Resume();
        for (var rounds = 0; rounds < 2 || (rounds < 20 && (Model.Ledger.Waiting.Count > 0 || Model.Ledger.Lent > 0 || Model.State.Phase == PoolPhase.Starting)); rounds++)
        {
            _pool.Settle();
            while (_pool.Requests.FirstOrDefault(_pool.IsOut) is { } lent)
                _pool.Put(lent, ReturnEntryPoint.Dispose, ReturnCondition.Clean, close: false, withKey: false);
            _pool.Pass(TimeSpan.FromMilliseconds(250));
        }

        Unless(Model.Ledger.Waiting.Count == 0, $"{Model.Ledger.Waiting.Count} wait for ever");
        if (!Model.Ledger.Ending)
            _pool.CloseAll();
        _pool.Pass(TimeSpan.FromSeconds(10));
        _pool.Settle();
        Unless(Model.State.IsEmpty, $"the pool does not come to its end");
    }
}
