using System.Diagnostics;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core;

/// <summary>A message costs the same however many statements wait. The bound is generous: a scan of them would cost hundreds of times as much.</summary>
public sealed class StatementCostTests
{
    private const int Messages = 500;
    private const int Attempts = 30;

    [Fact]
    public void Of_one_unknown_text() => CostsTheSame(i => new TestStatement("s", "new"), StatementEnd.NotRun);

    [Fact]
    public void Of_one_fast_text() => CostsTheSame(i => new TestStatement("s", "fast"), StatementEnd.Answered);

    [Fact]
    public void Of_a_slow_text() => CostsTheSame(i => new TestStatement("s", "slow"), StatementEnd.Answered);

    [Fact]
    public void Of_many_texts() => CostsTheSame(i => new TestStatement("s", i), StatementEnd.Answered);

    [Fact]
    public void Of_many_keys() => CostsTheSame(i => new TestStatement("s", "fast", key: i), StatementEnd.Answered);

    [Fact]
    public void Of_one_key() => CostsTheSame(i => new TestStatement("s", "fast", key: "k"), StatementEnd.Answered);

    [Fact]
    public void Of_slow_statements_of_many_keys() => CostsTheSame(i => new TestStatement("s", "slow", key: i), StatementEnd.Answered);

    private static void CostsTheSame(Func<int, TestStatement> statement, StatementEnd end)
    {
        // The first run compiles the code.
        Cost(statement, end, waiting: 500);
        var (few, many) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1000));
        // A busy machine may interrupt any of the runs, but not all of them: the shortest ones count.
        for (var attempt = 0; attempt < Attempts && !(many < 20 * few); attempt++)
        {
            few = Shorter(few, Cost(statement, end, waiting: 500));
            many = Shorter(many, Cost(statement, end, waiting: 100_000));
        }

        Assert.True(many < 20 * few, $"{Messages} messages took {few.TotalMilliseconds} ms with 500 waiting statements, and {many.TotalMilliseconds} ms with 100,000");

        static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    /// <summary>As many statements come as are given up and run, one in a batch, while so many wait.</summary>
    private static TimeSpan Cost(Func<int, TestStatement> statement, StatementEnd end, int waiting)
    {
        var now = TimeSpan.Zero;
        var settings = TestSettings.Of(4, 4) with { MaxWaiting = int.MaxValue, MaxConcurrentOpens = 4, Pipeline = new PipelineSettings { MaxBatch = 1 } };
        var state = new PoolState(settings.ToPolicy(), now, new Random(1), _ => SocketState.Silent, _ => false);
        state.Start(now);
        for (var i = 0; i < 4; i++)
            state.Opened(state.Slots[i], 1, now);
        Learn("fast", 1);
        Learn("slow", 100);
        for (var i = 0; i < waiting; i++)
            Tell(i);
        GC.Collect();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Messages; i++)
        {
            var told = Tell(waiting + i);
            if (i % 2 == 0)
                state.Cancel(told, now);
            else
                EndBatch(state.Slots.FirstOrDefault(slot => slot.State == SlotState.Working), end);
            state.Effects.Clear();
        }

        return clock.Elapsed;

        TestStatement Tell(int number)
        {
            var told = statement(number);
            told.Entry = told.Key is { } key ? state.Keys.Use(key) : null;
            state.Tell(told, now);
            state.Effects.Clear();
            return told;
        }

        void Learn(string text, int milliseconds)
        {
            state.Tell(new TestStatement("s", text), now);
            EndBatch(state.Slots.First(slot => slot.State == SlotState.Working), StatementEnd.Answered, milliseconds);
            state.Effects.Clear();
        }

        void EndBatch(Slot? slot, StatementEnd how, int milliseconds = 1)
        {
            if (slot is null)
                return;
            foreach (TestStatement running in slot.Batch!.Statements)
                (running.End, running.Took) = (how, TimeSpan.FromMilliseconds(Equals(running.Text, "slow") ? 100 : milliseconds));
            state.BatchEnded(slot, slot.Batch, ReturnCondition.Clean, now);
        }
    }
}
