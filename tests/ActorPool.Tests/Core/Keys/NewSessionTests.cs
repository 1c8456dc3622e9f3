using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Keys;

public sealed class NewSessionTests
{
    [Fact]
    public void A_session_is_new_to_the_first_and_known_to_the_same_key_after()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        Assert.True(Visit(pool, "a"));
        Assert.False(Visit(pool, "a"));
    }

    [Fact]
    public void Without_resets_a_key_knows_its_session_again_after_another_used_it()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        Assert.True(Visit(pool, "k"));
        Assert.True(Visit(pool, "j"));
        Assert.False(Visit(pool, "k"));
    }

    [Fact]
    public void With_resets_a_session_is_new_again_after_another_used_it()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { DiscardOnKeyChange = true });
        Assert.True(Visit(pool, "k"));
        Assert.True(Visit(pool, "j"));
        Assert.True(Visit(pool, "k"));
    }

    [Fact]
    public void A_reset_on_every_return_makes_every_session_new()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { Reset = ResetMode.DiscardAll });
        Assert.True(Visit(pool, "k"));
        Assert.True(Visit(pool, "k"));
        Assert.True(Visit(pool, null));
    }

    [Fact]
    public void A_reset_on_return_goes_with_the_next_command_when_a_request_waits()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { Reset = ResetMode.DiscardAll, PrependReset = true });
        var first = pool.Borrow();
        var next = pool.Get();
        pool.Put(first);
        Assert.Equal(EffectKind.Grant, next.Answer);
        Assert.True(next.IsNewSession);
        pool.Put(next);
        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void A_reset_on_return_is_made_at_once_when_the_waiting_requests_have_given_up()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { Reset = ResetMode.DiscardAll, PrependReset = true });
        var first = pool.Borrow();
        pool.Get().Gone = true;
        pool.Put(first);
        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last, effect => effect.Kind == EffectKind.Work).Work);
    }

    [Fact]
    public void A_reset_on_return_is_made_at_once_when_a_transaction_was_left_open()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1) with { Reset = ResetMode.DiscardAll, PrependReset = true });
        var first = pool.Borrow();
        pool.Get();
        pool.Put(first, ReturnCondition.InTransaction);
        Assert.Equal(ConnectionWork.FullReset, Assert.Single(pool.Last).Work);
    }

    [Fact]
    public void Unkeyed_use_finds_a_new_session_when_no_borrower_used_it_before()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        Assert.True(Visit(pool, null));
        Assert.False(Visit(pool, null));
        Assert.True(Visit(pool, "k"));
        Assert.False(Visit(pool, null));
    }

    [Fact]
    public void A_new_connection_is_a_new_session()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        Assert.True(Visit(pool, "k"));
        pool.Lost(pool.Ledger.Slots[0]);
        pool.Settle();
        Assert.True(Visit(pool, "k"));
    }

    [Fact]
    public void Joiners_see_what_the_first_one_saw()
    {
        var pool = TestPool.Running(TestSettings.Of(0, 1));
        Assert.True(pool.Borrow("k").IsNewSession);
        Assert.True(pool.Get("k").IsNewSession);
    }

    private static bool Visit(TestPool pool, string? key)
    {
        var lease = pool.Borrow(key);
        pool.Return(lease);
        return lease.IsNewSession;
    }
}
