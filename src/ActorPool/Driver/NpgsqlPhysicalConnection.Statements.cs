using System.Data;
using System.Runtime.CompilerServices;
using ActorPool.Core.Model;
using ActorPool.Statements;

namespace ActorPool.Driver;

/// <summary>
/// Statements of many callers, sent together and read one by one. Each has its own answer: carried out, not carried out, or unknown because the connection
/// was lost. Without the driver's internals they are sent one at a time.
/// </summary>
internal sealed partial class NpgsqlPhysicalConnection
{
    private StatementTrip? _trip;

    // The least time from sending one statement to its answer: nearly all of it is the way to the server and back.
    private TimeSpan _leastRoundTrip = TimeSpan.MaxValue;

    // Code of a caller has seen the driver's reader. The next borrower gets another one.
    private bool _wasReaderShown;

    public async Task<ReturnCondition> RunAsync(StatementBatch batch)
    {
        (batch.Running, _sentTwice) = (Nothing, Nothing);
        foreach (var statement in batch.Statements)
            statement.End = StatementEnd.None;
        _cancellable = batch;
        try
        {
            source.Internals?.RefreshTypes(connection);
            for (var next = 0; next < batch.Statements.Count;)
                next = await RunTripAsync(batch, next).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Not foreseen: nothing is known of what was sent.
            BreakConnection();
            SettleRest(batch, StatementFate.Unknown, error);
        }

        batch.Running = Nothing;
        _cancellable = null;
        _trip?.Clear();
        return await IsCancellingOverAsync().ConfigureAwait(false) && _end is null ? ConditionAfterStatements() : ReturnCondition.Unusable;
    }

    /// <summary>Sends as many as can go together, and reads their answers. The result is the index of the first that is left.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> RunTripAsync(StatementBatch batch, int first)
    {
        var isSeveral = batch.Statements.Count - first > 1 && await source.CanPipelineAsync(connection).ConfigureAwait(false);
        // A cancel request that is still on its way would hit what is sent now.
        if (!await IsCancellingOverAsync().ConfigureAwait(false))
            BreakConnection();
        if (_isBroken || connection.FullState != ConnectionState.Open)
        {
            SettleRest(batch, StatementFate.NotRun, null);
            return batch.Statements.Count;
        }

        lock (_cancelled)
            _cancelled.Clear();
        var trip = _trip ??= new StatementTrip(connection);
        var next = Load(trip, batch, first, isSeveral);
        if (trip.Count == 0)
            return next;
        return await RunLoadedAsync(trip, batch).ConfigureAwait(false) ? next : trip.IndexOf(0);
    }

    private void SettleRest(StatementBatch batch, StatementFate fate, Exception? error)
    {
        for (var index = 0; index < batch.Statements.Count; index++)
        {
            if (batch.Statements[index].End == StatementEnd.None)
                Settle(batch, index, fate, error);
        }
    }

    private int Load(StatementTrip trip, StatementBatch batch, int first, bool isSeveral)
    {
        trip.Clear();
        for (var index = first; index < batch.Statements.Count; index++)
        {
            var statement = (RunnableStatement)batch.Statements[index];
            if (statement.IsGivenUp)
            {
                statement.End = StatementEnd.Answered;
                continue;
            }

            var isRisky = IsRisky(statement);
            if (trip.Count > 0 && (isRisky || !isSeveral))
                return index;
            isSeveral &= !isRisky;
            try
            {
                if (!trip.TryAdd(index, statement, source.Statements))
                    return index;
                statement.Begin();
                _wasReaderShown |= statement.Wanted != RowsWanted.None;
            }
            catch (Exception error)
            {
                Settle(batch, index, StatementFate.Failed, error);
            }
        }

        return batch.Statements.Count;
    }

    private static bool IsRisky(RunnableStatement statement)
    {
        foreach (var sent in statement.ToSend)
        {
            if (sent.IsRisky)
                return true;
        }

        return false;
    }
}
