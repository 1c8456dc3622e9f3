using ActorPool.Psycopg2;
using ActorPool.Tests.Core.Support;
using static ActorPool.Tests.Core.Support.BrokenPromiseException;

namespace ActorPool.Tests.Core.Psycopg2;

/// <summary>
/// Makes the same calls of the model and of the core. Each call waits for its answer. The pool's other work ends at once, or
/// (delayed) at any time and in any order after the next calls.
/// </summary>
internal sealed class CallRun
{
    private readonly bool _delayed;
    private readonly Random _random;
    private readonly Psycopg2Model _model;
    private readonly TestPool _pool;
    private readonly Dictionary<(int Slot, int Incarnation), int> _numbers = [];
    private readonly Dictionary<int, TestWaiter> _handles = [];

    private CallRun(CoreCalls calls, Action<string>? log)
    {
        var (min, max) = (calls.Sequence.Min, calls.Sequence.Max);
        log?.Invoke($"min {min}, max {max}{(calls.Delayed ? ", delayed" : "")}");
        _delayed = calls.Delayed;
        _random = new Random(calls.Seed);
        _model = new Psycopg2Model(min, max);
        _pool = new TestPool(TestSettings.Psycopg2(min, max)) { Log = log };
    }

    public static void Of(CoreCalls calls, Action<string>? log = null)
    {
        var run = new CallRun(calls, log);
        run._pool.Start();
        while (run._pool.State.Phase == PoolPhase.Starting)
            run._pool.Opened(run._pool.Busy(Physical.Opening).First());
        foreach (var call in calls.Sequence.Calls)
            run.Make(call);
    }

    private void Make(Call call)
    {
        // In the core there are no strangers, and a connection has no state until its return.
        var answer = call.Kind switch
        {
            CallKind.Get => Get(call),
            CallKind.Put or CallKind.Dispose => Put(call),
            CallKind.CloseAll => _pool.CloseAll() ? Answer.Done : Answer.Closed,
            _ => null,
        };
        var expected = _model.Do(call);
        Unless(answer is null || answer == expected, $"{call}: {answer}, the model has {expected}");
        if (!_delayed)
            FinishAll();
        var open = _pool.Counts.Idle + _pool.Counts.InUse + _pool.Counts.Resetting + _pool.Counts.Validating;
        Unless(open == _model.Open, $"{open} connections are open, {_model.Open} in the model");
    }

    private Answer Get(Call call)
    {
        var lent = _pool.Ledger.Slots.Where(slot => slot.IsLent).Select(slot => (slot.Slot.Index, slot.Lease)).ToHashSet();
        var waiter = _pool.Get(call.Key);
        while (waiter.IsWaiting)
        {
            if (Busy() is not { Length: > 0 } busy)
            {
                // The pause after a failed open.
                _pool.Pass(TimeSpan.FromMilliseconds(100));
                continue;
            }

            // The request is answered once the work that it needs has ended. Any other work may end before.
            var slot = Pick(busy);
            if (slot.State == Physical.Opening && call.ConnectFails)
                _pool.OpenFailed(slot);
            else
                Finish(slot);
        }

        if (waiter.Slot is not { } at)
            return new Answer(Enum.Parse<AnswerKind>($"{waiter.Error}"));
        _handles[call.Handle] = waiter;
        if (!_numbers.TryGetValue((at.Index, at.Incarnation), out var number))
            _numbers.Add((at.Index, at.Incarnation), number = _numbers.Count + 1);
        return Answer.Connection(number, lent.Contains((at.Index, waiter.Lease)));
    }

    private Answer Put(Call call)
    {
        var condition = _model.StateOf(call.Handle) switch
        {
            SessionState.InTransaction or SessionState.Failed => ReturnCondition.InTransaction,
            SessionState.Lost => ReturnCondition.Broken,
            SessionState.Closed => ReturnCondition.Unusable,
            _ => ReturnCondition.Clean,
        };
        if (_pool.Put(_handles[call.Handle], condition, call.Close))
            return Answer.Done;
        return _model.IsClosed ? Answer.Closed : Answer.Unkeyed;
    }

    private SlotLedger[] Busy() =>
        [.. _pool.Ledger.Slots.Where(slot => slot.State is Physical.Opening or Physical.Working or Physical.Closing)];

    private SlotLedger Pick(SlotLedger[] busy) => busy[_random.Next(busy.Length)];

    private void FinishAll()
    {
        while (Busy() is { Length: > 0 } busy)
            Finish(Pick(busy));
    }

    private void Finish(SlotLedger slot)
    {
        switch (slot.State)
        {
            case Physical.Opening:
                _pool.Opened(slot);
                break;
            case Physical.Working:
                _pool.WorkDone(slot);
                break;
            default:
                _pool.Closed(slot);
                break;
        }
    }
}
