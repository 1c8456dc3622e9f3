using System.Runtime.CompilerServices;
using ActorPool.Driver.Internals;
using ActorPool.Errors;
using ActorPool.Statements;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>Reads the answer of one statement to its end, and passes the rows to the caller's code. Errors of that code harm no other statement.</summary>
internal sealed class StatementReading(StatementInternals? internals)
{
    /// <summary>Reads until the server has reported the end of the transaction.</summary>
    /// <param name="reader">Before the answer, or on its first result.</param>
    /// <param name="statement">Takes the rows.</param>
    /// <param name="isOnResult">The reader is on the first result.</param>
    /// <returns>The error of the server or of the driver, or that of the caller's code.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(Exception? Error, Exception? Failure)> ReadAsync(NpgsqlDataReader reader, RunnableStatement statement, bool isOnResult)
    {
        Exception? failure = null;
        try
        {
            for (var hasResult = isOnResult || await reader.NextResultAsync().ConfigureAwait(false); hasResult; hasResult = await reader.NextResultAsync().ConfigureAwait(false))
            {
                if (failure is not null || statement.Wanted == RowsWanted.None || statement.IsGivenUp)
                    continue;
                failure = Columns(reader, statement);
                while (failure is null && !reader.IsClosed && await reader.ReadAsync().ConfigureAwait(false))
                {
                    failure = Row(reader, statement);
                    if (statement.Wanted == RowsWanted.First)
                        break;
                }

                if (reader.IsClosed)
                    break;
            }
        }
        catch (Exception error)
        {
            // Here and not further up: each method that it passes on its way costs as much as a statement.
            return (error, null);
        }

        return (null, failure);
    }

    private static Exception? Columns(NpgsqlDataReader reader, RunnableStatement statement)
    {
        try
        {
            statement.Columns(reader);
            return reader.IsClosed ? StatementErrors.ReaderMoved(null) : null;
        }
        catch (Exception error)
        {
            return reader.IsClosed ? StatementErrors.ReaderMoved(error) : error;
        }
    }

    private Exception? Row(NpgsqlDataReader reader, RunnableStatement statement)
    {
        var row = internals?.RowOf(reader) ?? 0;
        try
        {
            statement.Row(reader);
            return IsStill(reader, row) ? null : StatementErrors.ReaderMoved(null);
        }
        catch (Exception error)
        {
            return IsStill(reader, row) ? error : StatementErrors.ReaderMoved(error);
        }
    }

    private bool IsStill(NpgsqlDataReader reader, long row) => !reader.IsClosed && reader.IsOnRow && (internals?.RowOf(reader) ?? 0) == row;
}
