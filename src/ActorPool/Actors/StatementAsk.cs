using ActorPool.Errors;
using ActorPool.Statements;
using ActorPool.Telemetry;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>A statement told by a message, which is answered by a message to its sender; the last argument makes that message of the answer.</summary>
internal sealed class StatementAsk<T>(
    PoolContext pool, Statement[] statements, StatementResult<T> result, StatementMessage message, IActorRef sender, Func<T, object?, object> answer)
    : StatementRequest<T>(pool, statements, result, message.Key, message.Timeout, message.Repeatable, ObservedStatement.OfMessage(pool.Metrics, statements))
{
    private readonly bool _isAsk = sender is MinimalActorRef;

    /// <summary>False when its sender cannot receive an answer any longer: the statement is then not sent.</summary>
    public override bool TryClaim() => IsAwaited && base.TryClaim();

    protected override void Answer(T answered, bool onThisThread)
    {
        if (!ReplyTo.IsNone(sender))
            sender.Tell(answer(answered, message.Tag), Pool.Manager);
    }

    protected override void Answer(Exception error, bool onThisThread)
    {
        // The message of an error that is not the pool's own may quote a value of the statement.
        if (ReplyTo.IsNone(sender))
            Pool.Log!.StatementFailedWithoutSender(StatementTags.Of([.. ToSend]).Summary, error is PoolException ? error.Message : ErrorTypes.Of(error).Type);
        else
            sender.Tell(new Status.Failure(error), Pool.Manager);
    }

    private bool IsAwaited =>
        _isAsk ? AskPromise.Of(sender) is not { IsCompleted: true } : sender is not (LocalActorRef { IsTerminated: true } or RepointableActorRef { IsTerminated: true });
}
