using ActorPool.Actors;
using ActorPool.Core.Keys;
using ActorPool.Core.Model;
using ActorPool.Errors;
using ActorPool.LeasedWork;
using ActorPool.Messages;
using ActorPool.Remoting;
using ActorPool.Statements;

namespace ActorPool;

// Statements and transactions that actors tell the pool by messages.
public sealed partial class PoolManager
{
    void IPoolMessageHandler.Handle(Execute execute, TimeSpan now) =>
        Tell(execute, [execute.Statement], RowsAffected.Instance, static (rows, tag) => new Executed(rows, tag), now);

    void IPoolMessageHandler.Handle(ExecuteAll execute, TimeSpan now) =>
        Tell(execute, [.. execute.Statements], AllRowsAffected.Instance, static (rows, tag) => new AllExecuted(rows, tag), now);

    void IPoolMessageHandler.Handle(Query query, TimeSpan now) =>
        Tell(query, [query.Statement], new UntypedRows(), static (rows, tag) => new Rows(rows.Columns, rows.Values, tag), now);

    void IPoolMessageHandler.Handle<T>(Query<T> query, TimeSpan now) =>
        Tell(query, [query.Statement], new RowList<T>(query.Row), static (rows, tag) => new QueryResult<T>(rows, tag), now);

    void IPoolMessageHandler.Handle<T>(Transact<T> transact, TimeSpan now)
    {
        if (IsRefusedFromElsewhere(transact))
            return;
        var replyTo = new ReplyTo(Sender, _pool, transact);
        _ = TransactAsync(transact, replyTo);
    }

    /// <summary>Refuses a message, or tells the core its statement. A key whose Equals is the user's is looked up first.</summary>
    private void Tell<T>(StatementMessage message, Statement[] statements, StatementResult<T> result, Func<T, object?, object> answer, TimeSpan now)
    {
        if (IsRefusedFromElsewhere(message))
            return;
        var sender = Sender;
        if (StatementRule.Problem(statements, message.Key is not null) is { } problem)
        {
            new ReplyTo(sender, _pool, message).Refuse(StatementFailures.Refused(_pool.Name, problem));
            return;
        }

        if (message.Key is not { } key)
            _state.Tell(RequestFor(null), now);
        else if (PlainKey.Is(key))
            _state.Tell(RequestFor(_pool.Keys.Use(key)), now);
        else
            _lookups.Begin(message, sender, now, RequestFor);

        StatementAsk<T> RequestFor(KeyEntry? entry) => new(_pool, statements, result, message, sender, answer) { Entry = entry };
    }

    /// <summary>Refuses a message of another process, unless the pool accepts it: one with code never.</summary>
    private bool IsRefusedFromElsewhere(StatementMessage message)
    {
        if (!message.IsFromElsewhere && !RemoteAnswers.IsRemote(Sender))
            return false;
        var hasCode = message is not (Execute or ExecuteAll or Query);
        if (!hasCode && _pool.Settings.Pipeline.AcceptRemote)
            return false;
        ToSender.Refuse(StatementFailures.FromElsewhere(_leases.Refusals.Counted(Refusal.NotLocal), hasCode));
        return true;
    }

    /// <summary>The code is the user's, so it runs on the thread pool, with a lease that is requested as by any other borrower.</summary>
    private Task TransactAsync<T>(Transact<T> transact, ReplyTo replyTo)
    {
        var (pool, timeout) = (_pool, transact.Timeout ?? _pool.Settings.Pipeline.Timeout);
        var lender = new Lender(pool.Name, token => AcquireRequest.Send(pool, transact.Key, "a Transact", 0, token, transact.Timeout, isExclusive: transact.Key is not null));
        return Task.Run(async () =>
        {
            try
            {
                replyTo.Complete(new Transacted<T>(await TransactionRun.RunAsync(lender, transact.Body, timeout, transact.Repeatable, CancellationToken.None).ConfigureAwait(false), transact.Tag));
            }
            catch (Exception error)
            {
                replyTo.Refuse(error);
            }
        });
    }
}
