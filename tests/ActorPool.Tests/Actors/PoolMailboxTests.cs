using ActorPool.Actors;
using Akka.Actor;

namespace ActorPool.Tests.Actors;

public sealed class PoolMailboxTests
{
    private readonly PoolMailbox.Queue _queue = new(ActorRefs.Nobody);

    [Fact]
    public void A_turn_limited_to_one_message_ends_after_that_message()
    {
        Add("mine", "other");

        Assert.True(_queue.TryLimitTurnTo("mine"));

        Assert.Equal("mine", Take());
        Assert.Null(Take());
        Assert.Equal("other", Take());
        Assert.Null(Take());
    }

    [Fact]
    public void A_turn_with_another_message_ahead_is_not_limited()
    {
        Add("other", "mine");

        Assert.False(_queue.TryLimitTurnTo("mine"));

        Assert.Equal((2, true), (_queue.Count, _queue.HasMessages));
        Assert.Equal(["other", "mine"], [Take(), Take()]);
        Assert.Equal((0, false), (_queue.Count, _queue.HasMessages));
    }

    [Fact]
    public void A_message_that_was_handled_before_does_not_limit_a_turn()
    {
        Assert.False(_queue.TryLimitTurnTo("mine"));
        Add("other");
        Assert.Equal("other", Take());
    }

    [Fact]
    public void A_message_that_was_not_taken_stays_for_the_next_turn()
    {
        Add("mine");
        Assert.True(_queue.TryLimitTurnTo("mine"));

        Assert.True(_queue.HasMessages);
        Assert.True(_queue.TryLimitTurnTo("mine"));
        Assert.Equal("mine", Take());
        Assert.False(_queue.HasMessages);
    }

    private void Add(params string[] messages)
    {
        foreach (var message in messages)
            _queue.Enqueue(ActorRefs.Nobody, new Envelope(message, ActorRefs.Nobody));
    }

    private object? Take() => _queue.TryDequeue(out var envelope) ? envelope.Message : null;

    [Fact]
    public void Messages_of_one_sender_keep_their_order_while_they_are_taken()
    {
        const int Pairs = 200_000;
        var nobody = ActorRefs.Nobody;
        var queue = new PoolMailbox.Queue(nobody);
        var taken = 0;
        var sender = new Thread(() =>
        {
            for (var pair = 0; pair < Pairs; pair++)
            {
                // Each pair finds the mailbox empty, and the one who empties it on the way to look again.
                while (Volatile.Read(ref taken) < 2 * pair)
                    Thread.SpinWait(1);
                queue.Enqueue(ActorRefs.Nobody, new Envelope(2 * pair, nobody));
                queue.Enqueue(ActorRefs.Nobody, new Envelope((2 * pair) + 1, nobody));
            }
        });
        sender.Start();

        for (var next = 0; next < 2 * Pairs; next++)
        {
            Envelope envelope;
            while (!queue.TryDequeue(out envelope))
                Thread.SpinWait(1);
            if (next != (int)envelope.Message)
                Assert.Fail($"{envelope.Message} came in the place of {next}.");
            Volatile.Write(ref taken, next + 1);
        }

        sender.Join();
    }
}
