using ActorPool.Core.Waiting;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Waiting;

public sealed class DeadlineWheelTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(7);

    private readonly DeadlineWheel _wheel = new(Start);

    [Fact]
    public void No_request_is_due_before_its_deadline()
    {
        Add(100);
        Assert.Empty(Due(99));
        Assert.Single(Due(108));
        Assert.Empty(Due(200));
    }

    [Fact]
    public void The_next_look_is_at_most_one_tick_after_the_deadline()
    {
        Assert.Equal(TimeSpan.MaxValue, _wheel.NextDue());
        var waiter = Add(100);
        Assert.InRange(_wheel.NextDue(), waiter.Deadline, waiter.Deadline + Ms(8));
        Assert.Equal(DeadlineWheel.TickEnd(waiter.Deadline), _wheel.NextDue());
        Assert.Single(Due((_wheel.NextDue() - Start).TotalMilliseconds));
        Assert.Equal(TimeSpan.MaxValue, _wheel.NextDue());
    }

    [Fact]
    public void A_deadline_many_turns_ahead_waits_for_its_turn()
    {
        var day = TimeSpan.FromDays(1).TotalMilliseconds;
        Add(day);
        for (var hours = 1; hours < 24; hours++)
            Assert.Empty(Due(TimeSpan.FromHours(hours).TotalMilliseconds));
        Assert.Single(Due(day + 8));
    }

    [Fact]
    public void Following_the_next_look_alone_finds_a_long_deadline()
    {
        Add(60_000);
        var looks = 0;
        var due = new List<Waiter>();
        while (due.Count == 0 && looks++ < 100)
            Assert.True(_wheel.TakeDue(_wheel.NextDue(), 10, due));
        Assert.Single(due);
        Assert.InRange(looks, 1, 20);
    }

    [Fact]
    public void After_a_long_sleep_all_that_passed_are_due()
    {
        foreach (var at in (double[])[1, 500, 8_192, 9_000, 100_000])
            Add(at);
        Add(10_000_000);
        Assert.Equal(5, Due(1_000_000).Count);
    }

    [Fact]
    public void A_deadline_in_the_past_is_due_at_once()
    {
        Assert.Empty(Due(5_000));
        Add(1_000);
        Assert.Single(Due(5_008));
    }

    [Fact]
    public void A_removed_request_is_never_due()
    {
        var waiter = Add(50);
        _wheel.Remove(waiter);
        _wheel.Remove(waiter);
        Assert.Equal(TimeSpan.MaxValue, _wheel.NextDue());
        Assert.Empty(Due(1_000));
    }

    [Fact]
    public void Thousands_are_taken_in_portions_and_none_is_left()
    {
        for (var i = 0; i < 5_000; i++)
            Add(i % 97);
        var (all, portions) = (new List<Waiter>(), 0);
        for (var done = false; !done; portions++)
        {
            var due = new List<Waiter>();
            done = _wheel.TakeDue(Start + Ms(200), 1_000, due);
            Assert.True(due.Count <= 1_000);
            all.AddRange(due);
        }

        Assert.Equal(5_000, all.Distinct().Count());
        Assert.Equal(5, portions);
        Assert.Equal(TimeSpan.MaxValue, _wheel.NextDue());
    }

    [Fact]
    public void An_infinite_deadline_is_not_on_the_wheel()
    {
        _wheel.Add(new TestWaiter("w", null) { Deadline = TimeSpan.MaxValue });
        Assert.Equal(TimeSpan.MaxValue, _wheel.NextDue());
        Assert.Equal(TimeSpan.MaxValue, DeadlineWheel.TickEnd(TimeSpan.MaxValue));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private TestWaiter Add(double milliseconds)
    {
        var waiter = new TestWaiter("w", null) { Deadline = Start + Ms(milliseconds) };
        _wheel.Add(waiter);
        return waiter;
    }

    private List<Waiter> Due(double milliseconds)
    {
        var due = new List<Waiter>();
        Assert.True(_wheel.TakeDue(Start + Ms(milliseconds), 1_000, due));
        return due;
    }
}
