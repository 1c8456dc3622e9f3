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
    private readonly object? _message;

    public ReplyTo(IPoolPromise promise) => _promise = promise;

    /// <param name="sender">The sender of the message.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="message">The message, for its tag.</param>
    public ReplyTo(IActorRef sender, PoolContext pool, object? message = null) => (_sender, _pool, _message) = (sender, pool, message);

    /// <summary>The failure of a message. Its State is the tag of a statement.</summary>
    public static Status.Failure FailureOf(object? message, Exception error) => new(error, (message as StatementMessage)?.Tag);

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
            _sender!.Tell(RemoteAnswers.IsRemote(_sender) ? new Status.Failure(RemoteAnswers.Of(error, _pool!.Name)) : FailureOf(_message, error), _pool!.Manager);
    }
}
