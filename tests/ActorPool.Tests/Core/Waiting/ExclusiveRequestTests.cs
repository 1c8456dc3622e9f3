using ActorPool.Tests.Core.Support;
using Npgsql;

namespace ActorPool.Tests.Core.Waiting;

public sealed class ExclusiveRequestTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly TestPool _pool = TestPool.Running(TestSettings.Of(2, 2));

    [Fact]
    public void An_exclusive_request_for_a_shared_key_in_use_waits_for_its_turn()
    {
        var shared = _pool.Borrow("a");
        var exclusive = _pool.Get("a", alone: true);
        Assert.True(exclusive.IsWaiting);
        Assert.Equal(EffectKind.Grant, _pool.Get().Answer);
        _pool.Put(shared);
        Assert.Equal(EffectKind.Grant, exclusive.Answer);
        Assert.Same(shared.Slot, exclusive.Slot);
    }

    [Fact]
    public void A_shared_request_does_not_join_an_exclusive_lease()
    {
        var exclusive = _pool.Borrow("a", alone: true);
        var shared = _pool.Get("a");
        Assert.True(shared.IsWaiting);
        _pool.Put(exclusive);
        Assert.Equal(EffectKind.Grant, shared.Answer);
        Assert.Equal(EffectKind.Join, _pool.Get("a").Answer);
    }

    [Fact]
    public void A_shared_request_behind_an_exclusive_one_does_not_overtake_it()
    {
        var first = _pool.Borrow("a");
        var (exclusive, shared) = (_pool.Get("a", alone: true), _pool.Get("a"));
        Assert.True(shared.IsWaiting);
        _pool.Put(first);
        Assert.Equal(EffectKind.Grant, exclusive.Answer);
        Assert.True(shared.IsWaiting);
        _pool.Put(exclusive);
        Assert.Equal(EffectKind.Grant, shared.Answer);
    }

    [Fact]
    public void A_grant_serves_the_shared_requests_up_to_the_next_exclusive_one()
    {
        var first = _pool.Borrow("a", alone: true);
        var waiting = "ss!ss!!".Select(kind => _pool.Get("a", alone: kind == '!')).ToArray();
        int[][] turns = [[0, 1], [2], [3, 4], [5], [6]];
        foreach (var turn in turns)
        {
            _pool.Put(first);
            first = waiting[turn[0]];
            Assert.Equal(turn, Enumerable.Range(0, waiting.Length).Where(i => waiting[i].Slot is not null && waiting[i].Lease == first.Lease));
        }
    }

    [Fact]
    public void Shared_requests_for_a_key_that_is_not_lent_wait_behind_an_exclusive_one()
    {
        var (one, two) = (_pool.Borrow(), _pool.Borrow());
        var (exclusive, shared, other) = (_pool.Get("a", alone: true), _pool.Get("a"), _pool.Get("b"));
        _pool.Put(one);
        Assert.Equal(EffectKind.Grant, exclusive.Answer);
        _pool.Put(two);
        Assert.True(shared.IsWaiting);
        Assert.Equal(EffectKind.Grant, other.Answer);
    }

    [Fact]
    public void Without_a_key_an_exclusive_request_is_an_ordinary_one()
    {
        var first = _pool.Borrow(alone: true);
        Assert.Equal(EffectKind.Grant, _pool.Get(alone: true).Answer);
        var third = _pool.Get(alone: true);
        Assert.True(third.IsWaiting);
        _pool.Put(first);
        Assert.Equal(EffectKind.Grant, third.Answer);
    }

    [Fact]
    public void A_request_that_may_not_wait_is_refused_where_it_cannot_join()
    {
        var shared = _pool.Borrow("a");
        var exclusive = _pool.Get("a", TimeSpan.Zero, alone: true);
        Assert.Equal((Refusal.Timeout, Hindrance.KeyInUse), (exclusive.Error, exclusive.Why?.Hindrance));
        Assert.Equal(EffectKind.Join, _pool.Get("a", TimeSpan.Zero).Answer);
        _pool.Put(shared);
        _pool.Borrow("a", alone: true);
        var refused = _pool.Get("a", TimeSpan.Zero);
        Assert.Equal((Refusal.Timeout, Hindrance.KeyInUse), (refused.Error, refused.Why?.Hindrance));
    }

    [Fact]
    public void Of_requests_that_may_not_wait_only_those_whose_turn_it_is_wait_for_an_open()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 2));
        var (one, two) = (pool.Get("a", TimeSpan.Zero), pool.Get("a", TimeSpan.Zero));
        var exclusive = pool.Get("a", TimeSpan.Zero, alone: true);
        Assert.Equal(Refusal.Timeout, exclusive.Error);
        pool.Get("a", alone: true);
        Assert.Equal(Refusal.Timeout, pool.Get("a", TimeSpan.Zero).Error);
        pool.Settle();
        Assert.Equal((EffectKind.Grant, EffectKind.Join), (one.Answer, two.Answer));
    }

    [Fact]
    public void When_an_exclusive_request_is_given_up_the_shared_ones_behind_it_join()
    {
        _pool.Borrow("a");
        var (exclusive, one, two, next) = (_pool.Get("a", alone: true), _pool.Get("a"), _pool.Get("a"), _pool.Get("a", alone: true));
        _pool.Cancel(exclusive);
        Assert.Equal((EffectKind.Join, EffectKind.Join), (one.Answer, two.Answer));
        Assert.True(next.IsWaiting);
    }

    [Fact]
    public void When_an_exclusive_request_times_out_the_shared_ones_behind_it_join()
    {
        _pool.Borrow("a");
        var (exclusive, patient) = (_pool.Get("a", Moment, alone: true), _pool.Get("a", Moment * 4));
        _pool.Pass(Moment * 2);
        Assert.Equal(Refusal.Timeout, exclusive.Error);
        Assert.Equal(EffectKind.Join, patient.Answer);
    }

    [Fact]
    public void Requests_that_time_out_together_do_not_join_in_between()
    {
        _pool.Borrow("a");
        var (exclusive, shared) = (_pool.Get("a", Moment, alone: true), _pool.Get("a", Moment));
        _pool.Pass(Moment * 2);
        Assert.Equal((Refusal.Timeout, Refusal.Timeout), (exclusive.Error, shared.Error));
    }

    [Fact]
    public void No_request_joins_a_lease_that_ends_at_the_moment_of_the_time_out()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { MaxHoldTime = Moment });
        var lease = pool.Borrow("a");
        var (exclusive, shared) = (pool.Get("a", Moment, alone: true), pool.Get("a"));
        pool.PassAsleep(Moment * 2);
        pool.Sweep();
        Assert.Equal(Refusal.Timeout, exclusive.Error);
        Assert.True(shared.IsWaiting);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, shared.Answer);
        Assert.NotEqual(lease.Lease, shared.Lease);
    }

    [Fact]
    public void When_an_exclusive_waiter_dies_the_shared_requests_behind_it_join()
    {
        var waiter = new TestBorrower("waiter");
        _pool.Borrow("a");
        _pool.Get("a", borrower: waiter, alone: true);
        var shared = _pool.Get("a");
        _pool.Dies(waiter);
        Assert.Equal(EffectKind.Join, shared.Answer);
    }

    [Fact]
    public void No_request_joins_a_lease_that_ends_with_the_exclusive_waiter()
    {
        var both = new TestBorrower("both");
        var lease = _pool.Borrow("a", both);
        _pool.Get("a", borrower: both, alone: true);
        var shared = _pool.Get("a");
        _pool.Dies(both);
        Assert.Equal(EffectKind.Grant, shared.Answer);
        Assert.NotSame(lease.Slot, shared.Slot);
    }

    [Fact]
    public void A_shared_lease_stays_joinable_during_a_pause_and_an_exclusive_one_does_not()
    {
        _pool.Borrow("a");
        _pool.Borrow("b", alone: true);
        _pool.Pause();
        Assert.Equal(EffectKind.Join, _pool.Get("a").Answer);
        var waiting = _pool.Get("b");
        Assert.True(waiting.IsWaiting);
        _pool.Cancel(waiting);
    }

    [Fact]
    public void After_a_crash_a_lease_is_still_exclusive()
    {
        var exclusive = _pool.Borrow("a", alone: true);
        _pool.Borrow("b");
        _pool.Crash();
        Assert.Equal(EffectKind.Join, _pool.Get("b").Answer);
        var shared = _pool.Get("a");
        Assert.True(shared.IsWaiting);
        _pool.Put(exclusive);
        Assert.Equal(EffectKind.Grant, shared.Answer);
    }

    [Fact]
    public void A_failed_initialization_is_the_error_of_the_requests_whose_turn_it_was()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { InitializeSession = Nothing });
        var (one, two, exclusive) = (pool.Get("a"), pool.Get("a"), pool.Get("a", alone: true));
        pool.WorkFailed(pool.Busy(Physical.Working).Single(), byHook: true);
        Assert.Equal((Refusal.ConnectFailed, Refusal.ConnectFailed), (one.Error, two.Error));
        Assert.True(exclusive.IsWaiting);
        pool.Settle();
        Assert.Equal(EffectKind.Grant, exclusive.Answer);
    }

    [Fact]
    public void An_initialized_session_goes_to_the_next_request_when_the_first_was_given_up()
    {
        var pool = TestPool.Running(TestSettings.Of(1, 1) with { InitializeSession = Nothing });
        var (first, next, other) = (pool.Get("a", alone: true), pool.Get("a", alone: true), pool.Get("b"));
        first.Gone = true;
        pool.WorkDone(pool.Busy(Physical.Working).Single());
        Assert.Equal(EffectKind.Grant, next.Answer);
        Assert.True(other.IsWaiting);
    }

    private static Task Nothing(NpgsqlConnection connection, object key, CancellationToken cancellationToken) => Task.CompletedTask;
}
