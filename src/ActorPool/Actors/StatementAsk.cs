using ActorPool.Errors;
using ActorPool.Remoting;
using ActorPool.Statements;
using ActorPool.Telemetry;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A statement told by a message, which is answered by a message to its sender.</summary>
internal sealed class StatementAsk<T> : StatementRequest<T>
{
    private readonly StatementMessage _message;
    private readonly IActorRef _sender;
    private readonly Func<T, object?, object> _answer;
    private readonly bool _isAsk;

    /// <param name="pool">The pool.</param>
    /// <param name="statements">What to run.</param>
    /// <param name="result">Takes the rows.</param>
    /// <param name="message">The message.</param>
    /// <param name="sender">Gets the answer.</param>
    /// <param name="answer">Makes the message of the answer and the tag.</param>
    public StatementAsk(PoolContext pool, Statement[] statements, StatementResult<T> result, StatementMessage message, IActorRef sender, Func<T, object?, object> answer)
        : base(message.Key, message.Timeout)
    {
        (_message, _sender, _answer, _isAsk) = (message, sender, answer, sender is MinimalActorRef);
        Set(pool, statements, result, message.Repeatable, ObservedStatement.OfMessage(pool.Metrics, statements));
    }

    /// <summary>False when its sender cannot receive an answer any longer: the statement is then not sent.</summary>
    public override bool TryClaim() => IsAwaited && base.TryClaim();

    protected override void Answer(T answered, bool onThisThread)
    {
        if (ReplyTo.IsNone(_sender))
            return;
        var reply = _answer(answered, _message.Tag);
        _sender.Tell(RemoteAnswers.IsRemote(_sender) ? Pool.Remote.Of(reply, _sender, Pool.Name) : reply, Pool.Manager);
    }

    protected override void Answer(Exception error, bool onThisThread)
    {
        // The message of an error that is not the pool's own may quote a value of the statement.
        if (ReplyTo.IsNone(_sender))
            Pool.Log!.StatementFailedWithoutSender(StatementTags.Of([.. ToSend]).Summary, error is PoolException ? error.Message : ErrorTypes.Of(error).Type);
        else
            new ReplyTo(_sender, Pool, _message).Refuse(error);
    }

    private bool IsAwaited =>
        _isAsk ? AskPromise.Of(_sender) is not { IsCompleted: true } : _sender is not (LocalActorRef { IsTerminated: true } or RepointableActorRef { IsTerminated: true });
}
