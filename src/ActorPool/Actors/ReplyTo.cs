using ActorPool.Errors;
using ActorPool.Remoting;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>
/// Where the answer to a command goes: to the promise of a facade call, or to the sender of a message. So each command needs only one
/// handler.
/// </summary>
internal readonly struct ReplyTo
{
    private readonly IPoolPromise? _promise;
    private readonly IActorRef? _sender;
    private readonly PoolContext? _pool;

    public ReplyTo(IPoolPromise promise) => _promise = promise;

    public ReplyTo(IActorRef sender, PoolContext pool) => (_sender, _pool) = (sender, pool);

    /// <summary>The command came as a message, with a sender or without.</summary>
    public bool IsSender => _promise is null;

    /// <summary>A message sent without a sender arrives with the dead letters as its sender.</summary>
    public static bool IsNone(IActorRef sender) => sender.IsNobody() || sender is DeadLetterActorRef;

    /// <summary>The command is carried out. A promise completes without a value.</summary>
    public void Complete(object answer)
    {
        if (_promise is not null)
            _promise.Complete();
        else if (!IsNone(_sender!))
            _sender!.Tell(answer, _pool!.Manager);
    }

    public void Refuse(PoolFailure failure)
    {
        if (_promise is not null)
            _promise.Fail(failure);
        else
            Refuse(failure.ToException());
    }

    /// <summary>Refuses a message with an error that is not the pool's own.</summary>
    public void Refuse(Exception error)
    {
        if (IsNone(_sender!))
            _pool!.Log!.RefusedWithoutSender(error);
        else
            _sender!.Tell(new Status.Failure(RemoteAnswers.IsRemote(_sender) ? RemoteAnswers.Of(error, _pool!.Name) : error), _pool!.Manager);
    }
}
