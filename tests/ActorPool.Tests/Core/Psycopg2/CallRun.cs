using ActorPool.Core;
using ActorPool.Tests.Core.Support;
using static ActorPool.Tests.Core.Psycopg2.CallSequence;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Psycopg2;

/// <summary>
/// Makes the same calls of the reference and of the core. Each call waits for its answer; what else the pool does
/// ends at once, or (delayed) at any time and in any order after the next calls.
/// </summary>
internal sealed class CallRun
{
    private static readonly string?[] Keys = [null, null, "a", "b", "c"];

    private readonly CallSequence _calls;
    private readonly ReferencePool _reference;
    private readonly TestPool _pool;
    private readonly Dictionary<(int Slot, int Incarnation), int> _numbers = [];
    private readonly HashSet<int> _brokenRollbacks = [];
    private readonly List<(TestWaiter Waiter, int Connection)> _lent = [];
    private readonly List<(TestWaiter Waiter, int Connection)> _returned = [];
    private int _connections;
    private int _die;

    private CallRun(CallSequence calls, Action<string>? log)
    {
        _calls = calls;
        log?.Invoke($"min {calls.Min}, max {calls.Max}{(calls.Delayed ? ", delayed" : "")}");
        _reference = new ReferencePool(calls.Min, calls.Max);
        _pool = new TestPool(TestSettings.Psycopg2(calls.Min, calls.Max)) { Log = log };
    }

    public static void Of(CallSequence calls, Action<string>? log = null)
    {
        var run = new CallRun(calls, log);
        run._pool.Start();
        while (run._pool.State.Phase == PoolPhase.Starting)
            run.Open(run._pool.Busy(Physical.Opening).First());
        foreach (var call in calls.Calls)
            run.Make(call);
    }

    private void Make(Call call)
    {
        _die = call.B;
        switch (call.Kind)
        {
            case Kind.Get:
                Get(Keys[call.A % Keys.Length], connectFails: call.B % 7 == 6);
                break;
            case Kind.Put when _lent.Count > 0:
                Put(_lent[call.A % _lent.Count], call.B % 10);
                break;
            case Kind.PutAgain when _returned.Count > 0:
                var (stale, connection) = _returned[call.A % _returned.Count];
                if (!_lent.Exists(lent => lent.Connection == connection))
                    Unless(!_pool.Put(stale) && !_reference.Put(connection, false, false, false), $"a second put was taken");
                break;
            case Kind.CloseAll:
                Unless(_pool.CloseAll() == _reference.CloseAll(), $"closeall differs");
                _lent.Clear();
                break;
        }

        if (!_calls.Delayed)
            FinishAll();
        var open = _pool.Counts.Idle + _pool.Counts.InUse + _pool.Counts.Resetting + _pool.Counts.Validating - _brokenRollbacks.Count;
        Unless(open == _reference.Open, $"{open} connections are open, {_reference.Open} at the reference");
    }

    private void Get(string? key, bool connectFails)
    {
        var waiter = _pool.Get(key);
        while (waiter.IsWaiting)
        {
            if (Busy() is not { Length: > 0 } busy)
            {
                // The pause after a failed open.
                _pool.Pass(TimeSpan.FromMilliseconds(100));
                continue;
            }

            // Nothing else than what the request needs has to end before it is answered, but anything may.
            var slot = busy[_die++ % busy.Length];
            if (slot.State == Physical.Opening && connectFails)
                _pool.OpenFailed(slot);
            else
                Finish(slot);
        }

        var expected = _reference.Get(key, connectFails, out var error);
        Unless(waiter.Error == error, $"{waiter}, the reference has {expected} {error}");
        if (waiter.Slot is not { } at)
            return;
        var connection = _numbers[(at.Index, at.Incarnation)];
        Unless(connection == expected, $"{waiter.Name} got connection {connection}, at the reference {expected}");
        _lent.RemoveAll(lent => lent.Connection == connection);
        _lent.Add((waiter, connection));
    }

    private void Put((TestWaiter Waiter, int Connection) lent, int how)
    {
        var (waiter, connection) = lent;
        var condition = how switch { < 4 => ReturnCondition.InTransaction, 4 => ReturnCondition.Unusable, _ => ReturnCondition.Clean };
        _lent.Remove(lent);
        _returned.Add(lent);
        Unless(_pool.Put(waiter, condition, close: how == 5), $"a put was refused");
        var slot = _pool.Ledger.Slots[waiter.Slot!.Index];
        // The reference loses the place when a rollback fails: there is nothing to compare with what follows later.
        var rollbackFails = !_calls.Delayed && how == 0 && slot.State == Physical.Working;
        if (rollbackFails)
            _brokenRollbacks.Add(slot.Slot.Index);
        Unless(_reference.Put(connection, close: how == 5, isBroken: condition == ReturnCondition.Unusable, rollbackFails), $"the reference refused a put");
    }

    private SlotLedger[] Busy() =>
        [.. _pool.Ledger.Slots.Where(slot => slot.State is Physical.Opening or Physical.Working or Physical.Closing)];

    private void FinishAll()
    {
        while (Busy() is { Length: > 0 } busy)
            Finish(busy[_die++ % busy.Length]);
    }

    private void Finish(SlotLedger slot)
    {
        switch (slot.State)
        {
            case Physical.Opening:
                Open(slot);
                break;
            case Physical.Working when _brokenRollbacks.Remove(slot.Slot.Index):
                _pool.WorkFailed(slot);
                break;
            case Physical.Working:
                _pool.WorkDone(slot);
                break;
            default:
                _pool.Closed(slot);
                break;
        }
    }

    private void Open(SlotLedger slot)
    {
        // A new connection is numbered when it is there, as at the reference.
        _numbers[(slot.Slot.Index, slot.Incarnation)] = ++_connections;
        _pool.Opened(slot);
    }
}
