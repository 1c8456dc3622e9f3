using System.Data;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorPool.Core.Model;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

// The answers to the statements of one trip: what each means for its caller, and for the statements behind it.
internal sealed partial class NpgsqlPhysicalConnection
{
    // No statement of the batch runs: an index behind the last.
    private const int Nothing = int.MaxValue;

    // The index of a statement that was sent a second time, alone.
    private int _sentTwice;
    private StatementReading? _reading;
    private long _lastEnd;
    private long _lastBytes;

    private bool IsOpen => connection.FullState.HasFlag(ConnectionState.Open);

    private long BytesRead => _stream is { } stream && source.Statements is { } internals ? stream.BytesRead - internals.Unread(connection) : 0;

    private bool IsInTransaction => IsOpen && source.Internals?.IsOutsideTransaction(connection) == false;

    /// <summary>False when the statement, which is the only one of the trip, has to be sent once more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> RunLoadedAsync(StatementTrip trip, StatementBatch batch)
    {
        (_lastEnd, _lastBytes) = (Stopwatch.GetTimestamp(), BytesRead);
        // The sentinel is not a statement of a caller: no request cancels it.
        batch.Running = trip.Count > 1 ? Nothing : trip.IndexOf(0);
        NpgsqlDataReader? reader = null;
        Exception? notSent = null;
        try
        {
            reader = await trip.SendAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            notSent = error;
        }

        if (trip.Count > 1 && notSent is not null)
        {
            // The driver has read everything, and thrown it away.
            var fates = Judge(notSent, isComplete: false, mayBeCancelled: false);
            SettleParts(trip, batch, 0, trip.Count, fates.Behind ?? StatementFate.Unknown, notSent);
            return true;
        }

        var end = await ReadAllAsync(trip, batch, reader, notSent).ConfigureAwait(false);
        await CloseAsync(trip, reader).ConfigureAwait(false);
        if (IsInTransaction)
            await OrBreakAsync(ExecuteAsync("ROLLBACK")).ConfigureAwait(false);
        if (trip.HasSpoilt && IsOpen && source.Statements is { } internals)
            await OrBreakAsync(trip.ForgetSpoiltAsync(internals)).ConfigureAwait(false);
        return end;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadAllAsync(StatementTrip trip, StatementBatch batch, NpgsqlDataReader? reader, Exception? notSent)
    {
        // The statement that opened the transaction in which the server now is.
        var opener = Nothing;
        _reading ??= new StatementReading(source.Statements);
        if (trip.Count > 1)
            _lastEnd = Stopwatch.GetTimestamp();
        for (var part = 0; part < trip.Count; part++)
        {
            var index = trip.IndexOf(part);
            var statement = (RunnableStatement)batch.Statements[index];
            batch.Running = index;
            if (trip.Count > 1)
                trip.Begin(part, reader!, source.Statements!);
            var (error, failure) = notSent is null ? AfterReading(reader!, await _reading.ReadAsync(reader!, statement, isOnResult: trip.Count == 1 && (reader!.FieldCount > 0 || reader.HasRows)).ConfigureAwait(false)) : (notSent, null);
            Measure(statement, trip, part);
            var fate = StatementFate.Failed;
            if (error is not null)
            {
                // Without the end of its message the server has run nothing, and it rolls back what a group has done before.
                var fates = notSent is not null && StatementFates.IsOfValue(notSent)
                    ? new StatementFates(StatementFate.Failed, null)
                    : Judge(error, trip.IsComplete(part), MayBeCancelled(index) && !MayCommitInside(statement));
                trip.Failed(part, error, source.Statements);
                if (fates.Behind is { } behind)
                {
                    // Inside an open transaction nothing has remained of a statement that the server did not answer.
                    if (opener == Nothing)
                        Settle(batch, index, fates.Own, error);
                    SettleParts(trip, batch, opener == Nothing ? part + 1 : opener + 1, trip.Count, behind, error);
                    return true;
                }

                fate = fates.Own;
            }

            var isInside = IsInTransaction;
            if (opener != Nothing)
            {
                if (isInside)
                    continue;
                // Committed or rolled back, by a statement that did not look like it.
                SettleParts(trip, batch, opener + 1, part + 1, StatementFate.Unknown, StatementErrors.LeftTransactionOpen(settings.Name));
                opener = Nothing;
            }
            else if (isInside)
            {
                opener = part;
                Settle(batch, index, StatementFate.Failed, error ?? StatementErrors.LeftTransactionOpen(settings.Name));
            }
            else if (fate == StatementFate.Again && trip.Count == 1 && _sentTwice != index && !statement.IsGivenUp)
            {
                _sentTwice = index;
                return false;
            }
            else if ((error ?? failure) is { } answer)
            {
                // Of a key, the statements behind it are running already: it would come after them.
                var isLate = trip.Count == 1 || (batch.Key is not null && part < trip.Count - 1);
                Settle(batch, index, fate == StatementFate.Again && isLate ? StatementFate.Failed : fate, answer);
            }
            else
            {
                Succeed(batch, index, trip.Affected(part));
            }
        }

        batch.Running = Nothing;
        if (opener != Nothing)
            SettleParts(trip, batch, opener + 1, trip.Count, StatementFate.NotRun, null);
        return true;
    }

    /// <summary>Looks at the reader after a statement: the caller's code may have closed it, or may have met the loss of the connection.</summary>
    private (Exception? Error, Exception? Failure) AfterReading(NpgsqlDataReader reader, (Exception? Error, Exception? Failure) read)
    {
        if (read.Error is not null || !reader.IsClosed)
            return read;
        if (!IsOpen)
            return (read.Failure, null);
        source.Statements?.Reopen(reader);
        return read;
    }

    /// <summary>A procedure may have committed a part of its work before its error, so it is not run again.</summary>
    private static bool MayCommitInside(RunnableStatement statement)
    {
        var text = statement.ToSend[0].Sql.AsSpan().TrimStart();
        return text.StartsWith("CALL", StringComparison.OrdinalIgnoreCase) || text.StartsWith("DO ", StringComparison.OrdinalIgnoreCase);
    }

    private StatementFates Judge(Exception error, bool isComplete, bool mayBeCancelled)
    {
        var isOpen = IsOpen;
        var fates = StatementFates.Of(error, isOpen, isComplete, mayBeCancelled);
        if (_end is not null && isOpen && StatementFates.IsCancelled(error))
        {
            // The pool has cancelled it, and goes on to end the connection.
            BreakConnection();
            return new StatementFates(StatementFate.Unknown, StatementFate.Unknown);
        }

        if (!isOpen || fates.Own != StatementFate.Unknown)
            return fates;
        // Without the internals a statement is sent unchecked, and alone: the driver has refused it.
        if (source.Statements is null)
            return new StatementFates(StatementFate.Failed, null);
        // The driver may have stopped in the middle of an answer.
        BreakConnection();
        return fates;
    }

    private void Measure(RunnableStatement statement, StatementTrip trip, int part)
    {
        var now = Stopwatch.GetTimestamp();
        var took = Stopwatch.GetElapsedTime(_lastEnd, now);
        if (trip.Count == 1)
        {
            _leastRoundTrip = took < _leastRoundTrip ? took : _leastRoundTrip;
            took -= _leastRoundTrip;
        }

        var bytes = BytesRead;
        (statement.Took, statement.BytesRead, statement.RowsRead) = (took, bytes - _lastBytes, trip.Selected(part));
        (_lastEnd, _lastBytes) = (now, bytes);
    }

    private void SettleParts(StatementTrip trip, StatementBatch batch, int from, int to, StatementFate fate, Exception? error)
    {
        for (var part = from; part < to; part++)
            Settle(batch, trip.IndexOf(part), fate, error);
    }

    /// <summary>Closes the reader. Everything is read, or the connection is lost.</summary>
    private ValueTask CloseAsync(StatementTrip trip, NpgsqlDataReader? reader)
    {
        if (reader is null)
            return default;
        if (trip.Count > 1)
            trip.End(reader, source.Statements!);
        var closing = reader.DisposeAsync();
        return closing.IsCompletedSuccessfully ? default : new ValueTask(QuietlyAsync(closing.AsTask()));
    }

    /// <summary>Makes the session what it was. Where that fails the connection is given up: the server rolls back when it ends.</summary>
    private async Task OrBreakAsync(Task work)
    {
        try
        {
            await WithinTimeoutAsync(work).ConfigureAwait(false);
        }
        catch (Exception)
        {
            BreakConnection();
        }
    }
}
