using System.Data;
using System.Linq.Expressions;
using System.Reflection;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>
/// The members of Npgsql that are not public and that let one batch carry the statements of several callers: each is read as a statement of its own.
/// </summary>
/// <remarks>
/// Npgsql reads a batch up to its first error and throws away what is behind it. <see cref="Begin"/> makes the reader begin anew before each statement, so
/// that the error of one says nothing about the next. <see cref="VerifyAsync"/> tries that on a connection before the pool relies on it.
/// </remarks>
internal sealed class StatementInternals
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // The server logs the error of the second: the text says why.
    private static readonly string[] Trial =
        [StatementTrip.Sentinel, "SELECT 1 / 0 /* ActorPool tries whether its driver can read the answer behind an error: this error is expected */", "SELECT 42"];

    private static readonly Lazy<StatementInternals?> Created = new(TryCreate);

    private readonly Action<NpgsqlDataReader, NpgsqlBatch> _begin;
    private readonly Action<NpgsqlDataReader, NpgsqlBatch> _end;
    private readonly Action<NpgsqlDataReader> _reopen;
    private readonly Func<NpgsqlDataReader, long> _row;
    private readonly Action<NpgsqlConnection, NpgsqlBatchCommand> _check;
    private readonly Action<NpgsqlConnection> _cancel;
    private readonly Func<NpgsqlConnection, int> _unread;

    private StatementInternals()
    {
        var reader = Expression.Parameter(typeof(NpgsqlDataReader), "reader");
        var batch = Expression.Parameter(typeof(NpgsqlBatch), "batch");
        var connection = Expression.Parameter(typeof(NpgsqlConnection), "connection");
        var command = Expression.Parameter(typeof(NpgsqlBatchCommand), "command");
        var connector = Expression.Property(connection, typeof(NpgsqlConnection).GetProperty("Connector", All)!);
        var commandOfBatch = Expression.Property(batch, "Command");

        _begin = Expression.Lambda<Action<NpgsqlDataReader, NpgsqlBatch>>(
            Expression.Call(
                reader, "Init", null, commandOfBatch, Expression.Constant(CommandBehavior.Default), Expression.Property(commandOfBatch, "InternalBatchCommands"),
                Expression.Field(reader, "_startTimestamp"), Expression.Field(reader, "_sendTask")),
            reader, batch).Compile();
        _end = Expression.Lambda<Action<NpgsqlDataReader, NpgsqlBatch>>(Expression.Assign(Expression.Property(reader, "Command"), commandOfBatch), reader, batch).Compile();
        _reopen = Expression.Lambda<Action<NpgsqlDataReader>>(Reopening(reader), reader).Compile();
        _row = Expression.Lambda<Func<NpgsqlDataReader, long>>(Row(reader), reader).Compile();
        _check = Expression.Lambda<Action<NpgsqlConnection, NpgsqlBatchCommand>>(
            Expression.Call(
                Expression.Property(command, typeof(NpgsqlBatchCommand).GetProperty(nameof(NpgsqlBatchCommand.Parameters), typeof(NpgsqlParameterCollection))!), "ProcessParameters", null,
                Expression.Field(connector, "ReloadableState"), Expression.Constant(true), Expression.Constant(CommandType.Text)),
            connection, command).Compile();
        var wasCancelled = Expression.PropertyOrField(connector, "PostgresCancellationPerformed");
        _cancel = Expression.Lambda<Action<NpgsqlConnection>>(
            Expression.Block(
                Expression.Assign(wasCancelled, Expression.Constant(false)),
                Expression.Call(connector, "PerformPostgresCancellation", null),
                // Else the driver takes the time-out of a later statement for this cancellation.
                Expression.Assign(wasCancelled, Expression.Constant(false))),
            connection).Compile();
        _unread = Expression.Lambda<Func<NpgsqlConnection, int>>(
            Expression.Condition(
                Expression.ReferenceEqual(connector, Expression.Constant(null)),
                Expression.Constant(0),
                Expression.Property(Expression.Property(connector, "ReadBuffer"), "ReadBytesLeft")),
            connection).Compile();
    }

    /// <summary>Null when this Npgsql has other internals.</summary>
    public static StatementInternals? Known => Created.Value;

    /// <summary>What the driver prepares automatically.</summary>
    public PreparedTexts Prepared { get; } = new();

    /// <summary>
    /// The reader begins with the answer to the commands of <paramref name="statement"/>, which the server sends next. What is still being sent goes on:
    /// the driver waits for it when the reader is closed.
    /// </summary>
    public void Begin(NpgsqlDataReader reader, NpgsqlBatch statement) => _begin(reader, statement);

    /// <summary>Everything is read: the reader belongs to the batch that was executed, and can be closed.</summary>
    public void End(NpgsqlDataReader reader, NpgsqlBatch executed) => _end(reader, executed);

    /// <summary>Undoes a close by the caller's code, so that the next statement can be read.</summary>
    public void Reopen(NpgsqlDataReader reader) => _reopen(reader);

    /// <summary>Identifies the row on which the reader is.</summary>
    public long RowOf(NpgsqlDataReader reader) => _row(reader);

    /// <summary>Finds out whether the parameters can be sent. Throws what the driver would throw.</summary>
    public void Check(NpgsqlConnection connection, NpgsqlBatchCommand command) => _check(connection, command);

    /// <summary>Sends a cancel request over a separate connection. Blocks for the network.</summary>
    public void Cancel(NpgsqlConnection connection) => _cancel(connection);

    /// <summary>The number of bytes that the driver has got and not read.</summary>
    public int Unread(NpgsqlConnection connection) => _unread(connection);

    /// <summary>Whether a statement can be read behind one that failed. Costs a round trip. Null when the connection did not let it be found out.</summary>
    public async Task<bool?> VerifyAsync(NpgsqlConnection connection)
    {
        try
        {
            var trial = new NpgsqlBatch(connection) { Timeout = 0, EnableErrorBarriers = true };
            await using (trial.ConfigureAwait(false))
            {
                foreach (var text in Trial)
                    trial.BatchCommands.Add(new NpgsqlBatchCommand(text));
                var reader = await trial.ExecuteReaderAsync().ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                    return await FailsAsync(reader, Only(trial, 1)).ConfigureAwait(false) && await AnswersAsync(reader, Only(trial, 2)).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is PostgresException || !connection.FullState.HasFlag(ConnectionState.Open))
        {
            return null;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private async Task<bool> FailsAsync(NpgsqlDataReader reader, NpgsqlBatch statement)
    {
        Begin(reader, statement);
        try
        {
            await reader.NextResultAsync().ConfigureAwait(false);
            return false;
        }
        catch (PostgresException error)
        {
            return error.SqlState == PostgresErrorCodes.DivisionByZero;
        }
    }

    private async Task<bool> AnswersAsync(NpgsqlDataReader reader, NpgsqlBatch statement)
    {
        Begin(reader, statement);
        return await reader.NextResultAsync().ConfigureAwait(false) && await reader.ReadAsync().ConfigureAwait(false) && reader.GetInt32(0) == 42
            && !await reader.ReadAsync().ConfigureAwait(false) && !await reader.NextResultAsync().ConfigureAwait(false);
    }

    private static NpgsqlBatch Only(NpgsqlBatch batch, int index) => new(batch.Connection) { EnableErrorBarriers = true, BatchCommands = { batch.BatchCommands[index] } };

    private static StatementInternals? TryCreate()
    {
        try
        {
            return new StatementInternals();
        }
        catch (Exception)
        {
            // Any error means the same: this version is not known.
            return null;
        }
    }

    private static ConditionalExpression Reopening(Expression reader)
    {
        var connector = Expression.Property(reader, "Connector");
        var state = Expression.Property(connector, "State");
        return Expression.IfThen(
            // Not when the connection was lost in the meantime.
            Expression.Equal(state, Expression.Constant(Enum.Parse(state.Type, "Ready"))),
            Expression.Block(
                Expression.Assign(Expression.Field(connector, "CurrentReader"), reader),
                Expression.Assign(state, Expression.Constant(Enum.Parse(state.Type, "Executing")))));
    }

    // The place of its end in everything that was read since the last statement.
    private static BinaryExpression Row(Expression reader)
    {
        var buffer = Expression.Field(reader, "Buffer");
        return Expression.Add(
            Expression.Subtract(Expression.Property(buffer, "CumulativeReadPosition"), Expression.Convert(Expression.Property(buffer, "ReadPosition"), typeof(long))),
            Expression.Convert(Expression.Field(reader, "_dataMsgEnd"), typeof(long)));
    }
}
