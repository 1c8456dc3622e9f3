using ActorPool.Core.Model;

namespace ActorPool.Driver;

// The end of one statement told to the pool: its answer, or another run. And the cancel requests for the running one.
internal sealed partial class NpgsqlPhysicalConnection
{
    // The statements of this trip for which a cancel request was sent. A request names the connection, so it may hit a later one.
    private readonly List<int> _cancelled = [];
    private volatile StatementBatch? _cancellable;

    public void CancelRunning(StatementBatch batch, int index)
    {
        lock (_ending)
        {
            // The object of an ended batch is used again for the next.
            if (IsRunning(batch, index))
                _cancelling = CancelAfterAsync(_cancelling, batch, index);
        }
    }

    private async Task CancelAfterAsync(Task previous, StatementBatch batch, int index)
    {
        await QuietlyAsync(previous).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        // The driver blocks a thread for the network: give it a dedicated one.
        await Task.Factory.StartNew(() => Cancel(batch, index), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    private void Cancel(StatementBatch batch, int index)
    {
        if (!IsRunning(batch, index))
            return;
        lock (_cancelled)
            _cancelled.Add(index);
        if (source.Statements is { } internals)
            Quietly(() => internals.Cancel(connection));
        else
            Quietly(() => _trip?.Cancel());
    }

    private bool IsRunning(StatementBatch batch, int index) => _cancellable == batch && batch.Running == index;

    /// <summary>Whether a cancel request for a statement ahead of this one, and none for this one, was sent.</summary>
    private bool MayBeCancelled(int index)
    {
        lock (_cancelled)
            return _cancelled.Count > 0 && !_cancelled.Contains(index);
    }

    /// <summary>Waits for cancel requests on their way: one that arrives late would hit the next command. False when they do not end.</summary>
    private async ValueTask<bool> IsCancellingOverAsync()
    {
        Task cancelling;
        lock (_ending)
            cancelling = _cancelling;
        if (cancelling.IsCompleted)
            return true;
        await QuietlyAsync(cancelling.WaitAsync(source.Timeout)).ConfigureAwait(false);
        return cancelling.IsCompleted;
    }

    private ReturnCondition ConditionAfterStatements()
    {
        try
        {
            return ConditionAfter(wasLent: false, driverWasUsed: false);
        }
        catch (Exception)
        {
            // Any exception while the connection is inspected means: discard it.
            return ReturnCondition.Unusable;
        }
    }

    private static void Succeed(StatementBatch batch, int index, ReadOnlySpan<int> affected)
    {
        var statement = (RunnableStatement)batch.Statements[index];
        statement.End = StatementEnd.Answered;
        try
        {
            statement.Succeed(affected);
        }
        catch (Exception error)
        {
            // It was carried out, and its result cannot be made.
            statement.Fail(error);
        }

        Deliver(batch, index);
    }

    private void Settle(StatementBatch batch, int index, StatementFate fate, Exception? error)
    {
        var statement = (RunnableStatement)batch.Statements[index];
        if (fate == StatementFate.Failed)
            Failed(error!);
        statement.End = fate switch
        {
            _ when statement.IsGivenUp => StatementEnd.Answered,
            StatementFate.NotRun => StatementEnd.NotRun,
            StatementFate.Again => StatementEnd.RunAgain,
            // Once, or it might end one connection after the other.
            StatementFate.Unknown when statement is { IsRepeatable: true, MayHaveRun: false } => StatementEnd.Repeat,
            _ => StatementEnd.Answered,
        };
        if (statement.End != StatementEnd.Answered)
            return;
        if (fate == StatementFate.Unknown)
            statement.FailUnknown(error);
        else if (error is not null)
            statement.Fail(error);
        Deliver(batch, index);
    }

    /// <summary>The connection's actor delivers the last answer, after its report.</summary>
    private static void Deliver(StatementBatch batch, int index)
    {
        if (index == batch.Statements.Count - 1)
            return;
        try
        {
            ((RunnableStatement)batch.Statements[index]).Deliver(onThisThread: false);
        }
        catch (Exception)
        {
            // A receiver of a user's own type may throw; the others still get their answers.
        }
    }

    /// <summary>The connection is of no more use: the driver drops it, and the pool replaces it.</summary>
    private void BreakConnection()
    {
        _isBroken = true;
        if (source.Internals is { } internals)
            Quietly(() => internals.Break(connection));
    }
}
