using System.Collections.Concurrent;
using ActorPool.Actors;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace ActorPool.Tests.Actors;

public sealed class ManagerDispatcherTests : TestKit
{
    private const int Many = 320;

    private readonly ConcurrentQueue<(object Message, int Thread)> _handled = new();
    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _release = new();
    private readonly IActorRef _manager;

    public ManagerDispatcherTests()
        : base(ConfigurationFactory.ParseString("akka.loglevel = WARNING").WithFallback(PoolConfig.Reference))
    {
        _manager = Sys.ActorOf(Props.Create(() => new Recorder(this)).WithMailbox(PoolMailbox.Id).WithDispatcher(ManagerDispatcher.Path));
        // A new actor is made on another thread.
        _manager.Tell("first");
        AwaitAssert(() => Assert.Single(_handled));
        // Its first turn is over when it is at rest.
        AwaitCondition(() => TellHere(new object()) == Environment.CurrentManagedThreadId);
        _handled.Clear();
    }

    [Fact]
    public void A_message_of_the_facade_is_handled_before_the_call_returns()
    {
        ManagerDispatcher.Tell(_manager, "hello");

        Assert.Equal(("hello", Environment.CurrentManagedThreadId), Assert.Single(_handled));
    }

    [Fact]
    public void A_message_of_another_sender_is_handled_on_the_thread_pool()
    {
        _manager.Tell("hello");

        AwaitAssert(() => Assert.NotEqual(Environment.CurrentManagedThreadId, Assert.Single(_handled).Thread));
    }

    [Fact]
    public void The_next_message_of_another_sender_is_handled_on_the_thread_pool_again()
    {
        ManagerDispatcher.Tell(_manager, "here");
        _manager.Tell("there");

        AwaitAssert(() => Assert.Equal(2, _handled.Count));
        Assert.NotEqual(Environment.CurrentManagedThreadId, _handled.Last().Thread);
    }

    [Fact]
    public async Task A_caller_does_not_wait_for_another_caller_that_runs_the_manager()
    {
        var other = Task.Factory.StartNew(() => TellHere(this), TaskCreationOptions.LongRunning);
        _held.Wait();

        ManagerDispatcher.Tell(_manager, "mine");

        Assert.Empty(_handled);
        _release.Set();
        await other;
        AwaitAssert(() => Assert.Equal([this, "mine"], _handled.Select(handled => handled.Message)));
    }

    [Fact]
    public async Task A_caller_handles_its_own_message_alone()
    {
        var other = Task.Factory.StartNew(() => TellHere(this), TaskCreationOptions.LongRunning);
        _held.Wait();
        for (var i = 0; i < Many; i++)
            ManagerDispatcher.Tell(_manager, i);

        _release.Set();

        var thread = await other;
        AwaitAssert(() => Assert.Equal(Many + 1, _handled.Count));
        Assert.Same(this, Assert.Single(_handled, handled => handled.Thread == thread).Message);
        Assert.Equal(Enumerable.Range(0, Many), _handled.Select(handled => handled.Message).OfType<int>());
    }

    [Fact]
    public void A_message_sent_while_another_is_handled_comes_after_it()
    {
        ManagerDispatcher.Tell(_manager, new Nested("inner"));

        AwaitAssert(() => Assert.Equal(["outer", "inner"], _handled.Select(handled => handled.Message)));
    }

    [Fact]
    public void An_actor_that_ran_the_manager_has_its_own_context_afterwards()
    {
        var caller = Sys.ActorOf(Props.Create(() => new Caller(_manager)));

        caller.Tell("go", TestActor);

        ExpectMsg(caller);
    }

    [Fact]
    public void A_manager_that_fails_on_the_thread_of_a_caller_restarts_without_an_error_there()
    {
        ManagerDispatcher.Tell(_manager, new InvalidOperationException("on purpose"));

        AwaitCondition(() => TellHere(new object()) == Environment.CurrentManagedThreadId);
    }

    protected override void Dispose(bool disposing)
    {
        _release.Set();
        base.Dispose(disposing);
        _held.Dispose();
        _release.Dispose();
    }

    /// <summary>The thread on which it was handled, if that has happened.</summary>
    private int TellHere(object message)
    {
        ManagerDispatcher.Tell(_manager, message);
        return _handled.FirstOrDefault(handled => ReferenceEquals(handled.Message, message)).Thread;
    }

    private sealed record Nested(string Message);

    private sealed class Recorder(ManagerDispatcherTests test) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case ManagerDispatcherTests:
                    test._held.Set();
                    test._release.Wait();
                    test._handled.Enqueue((message, Environment.CurrentManagedThreadId));
                    break;
                case Nested nested:
                    ManagerDispatcher.Tell(Self, nested.Message);
                    test._handled.Enqueue(("outer", Environment.CurrentManagedThreadId));
                    break;
                case Exception error:
                    throw error;
                default:
                    test._handled.Enqueue((message, Environment.CurrentManagedThreadId));
                    break;
            }
        }
    }

    private sealed class Caller(IActorRef manager) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            ManagerDispatcher.Tell(manager, message);
            Sender.Tell(Self);
        }
    }
}
