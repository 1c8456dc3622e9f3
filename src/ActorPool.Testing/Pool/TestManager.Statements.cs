using ActorPool.Errors;
using ActorPool.Messages;
using ActorPool.Statements;
using Akka.Actor;

namespace ActorPool.Testing.Pool;

// Statements by messages. They run on leases, as those by calls do.
internal sealed partial class TestManager
{
    void IPoolMessageHandler.Handle(Execute execute, TimeSpan now) =>
        Answer(() => _facade.ExecuteAsync(execute.Statement, OptionsOf(execute)).AsTask(), rows => new Executed(rows, execute.Tag));

    void IPoolMessageHandler.Handle(ExecuteAll execute, TimeSpan now) =>
        Answer(() => _facade.ExecuteAllAsync(execute.Statements, OptionsOf(execute)).AsTask(), rows => new AllExecuted(rows, execute.Tag));

    void IPoolMessageHandler.Handle(Query query, TimeSpan now) => Answer(
        () => StatementRule.Problem(query.Statement, query.Key is not null) is { } problem
            ? throw StatementFailures.Refused(TestPool.Name, problem).ToException()
            : StatementWay.RunAsync(_facade, [query.Statement], new UntypedRows(), query.Key, query.Timeout, query.Repeatable, default).AsTask(),
        rows => new Rows(rows.Columns, rows.Values, query.Tag));

    void IPoolMessageHandler.Handle<T>(Query<T> query, TimeSpan now) =>
        Answer(() => _facade.QueryAsync(query.Statement, query.Row, OptionsOf(query)).AsTask(), rows => new QueryResult<T>(rows, query.Tag));

    void IPoolMessageHandler.Handle<T>(Transact<T> transact, TimeSpan now) =>
        Answer(() => _facade.TransactAsync(transact.Body, OptionsOf(transact)), value => new Transacted<T>(value, transact.Tag));

    private static StatementOptions OptionsOf(StatementMessage message) => new() { Key = message.Key, Timeout = message.Timeout, Repeatable = message.Repeatable };

    /// <summary>Answers at once when the driver did the work at once.</summary>
    private void Answer<T>(Func<Task<T>> work, Func<T, object> answer)
    {
        var (sender, self) = (Sender, Self);
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            object reply;
            try
            {
                reply = answer(await work().ConfigureAwait(false));
            }
            catch (Exception error)
            {
                if (Borrowers.IsNone(sender))
                    _log.RefusedWithoutSender(error);
                reply = new Status.Failure(error);
            }

            if (!Borrowers.IsNone(sender))
                sender.Tell(reply, self);
        }
    }
}
