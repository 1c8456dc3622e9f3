using ActorPool.Actors;
using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>An Ask, perhaps on behalf of an actor.</summary>
internal sealed class Asked : Request
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Task<PooledConnection> _answer;
    private IActorRef _asker = ActorRefs.Nobody;

    public Asked(TestWaiter model, IActorRef manager, IActorRef? owner)
        : base(model)
    {
        _answer = manager.Ask<PooledConnection>(
            asker =>
            {
                _asker = asker;
                return new GetConn(model.Key) { Timeout = model.Timeout, Owner = owner, Exclusive = model.Alone };
            },
            Timeout.InfiniteTimeSpan,
            _cancellation.Token);
    }

    public override void Cancel()
    {
        _cancellation.Cancel();
        IsOver = true;
        Assert.ThrowsAny<OperationCanceledException>(() => _answer.GetAwaiter().GetResult());
    }

    public override void Read()
    {
        // Akka tells the caller from the thread pool.
        if (AskPromise.Of(_asker) is { IsCompleted: true })
            Answer(Asks.ResultOf(_answer));
    }
}
