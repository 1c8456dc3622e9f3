using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using ActorPool.Driver.Internals;
using ActorPool.Errors;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// The statements that are sent to the server together, and the driver's batches that carry them. One object for each connection, used again for each trip.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A batch of the driver holds nothing.")]
internal sealed class StatementTrip(NpgsqlConnection connection)
{
    /// <summary>
    /// Goes ahead of several statements. The driver reads the first one of a batch before the pool can separate them: so it has columns, and does not fail.
    /// </summary>
    public const string Sentinel = "SELECT WHERE false";

    // Throws where the driver would give up the connection.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly NpgsqlBatch _all = new(connection) { Timeout = 0, EnableErrorBarriers = true };
    private readonly NpgsqlBatch _one = new(connection) { Timeout = 0, EnableErrorBarriers = true };
    private readonly NpgsqlBatchCommand _sentinel = new(Sentinel);
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<Part> _parts = [];
    private readonly Dictionary<string, (int Uses, int PreparedBy)> _unprepared = new(StringComparer.Ordinal);
    private readonly List<int> _affected = [];
    private readonly HashSet<string> _spoilt = new(StringComparer.Ordinal);

    /// <summary>The number of statements; a group counts as one.</summary>
    public int Count => _parts.Count;

    /// <summary>The index of a statement in the pool's batch.</summary>
    public int IndexOf(int part) => _parts[part].Index;

    /// <summary>
    /// Takes a statement along. False when it has to wait for the next trip, because an earlier one in this trip makes the driver prepare the same text: if
    /// that fails, the driver cannot read this one.
    /// </summary>
    /// <exception cref="Exception">The statement cannot be sent.</exception>
    public bool TryAdd(int index, RunnableStatement statement, StatementInternals? internals)
    {
        var from = _commands.Count;
        try
        {
            foreach (var sent in statement.ToSend)
                _commands.Add(CommandOf(sent, internals));
        }
        catch
        {
            _commands.RemoveRange(from, _commands.Count - from);
            throw;
        }

        var prepares = false;
        for (var at = from; at < _commands.Count; at++)
        {
            if (internals is not null && !TryUse(_commands[at].CommandText, index, internals, ref prepares))
            {
                _commands.RemoveRange(from, _commands.Count - from);
                return false;
            }

            // The statements of a group are one transaction, which ends behind the last.
            if (at < _commands.Count - 1)
                _commands[at].AppendErrorBarrier = false;
        }

        _parts.Add(new Part(index, from, _commands.Count - from, prepares));
        return true;
    }

    /// <summary>Sends everything. The reader is on the first result; with several statements that is the sentinel's, which is read.</summary>
    public Task<NpgsqlDataReader> SendAsync()
    {
        if (Count > 1)
            _all.BatchCommands.Add(_sentinel);
        foreach (var command in _commands)
            _all.BatchCommands.Add(command);
        return _all.ExecuteReaderAsync();
    }

    /// <summary>The reader is at the answer to this statement.</summary>
    public void Begin(int part, NpgsqlDataReader reader, StatementInternals internals)
    {
        _one.BatchCommands.Clear();
        foreach (var command in Commands(part))
            _one.BatchCommands.Add(command);
        internals.Begin(reader, _one);
    }

    /// <summary>Everything is read.</summary>
    public void End(NpgsqlDataReader reader, StatementInternals internals) => internals.End(reader, _all);

    /// <summary>The server has reported the end of the statement, except for its commit.</summary>
    public bool IsComplete(int part) => Commands(part)[^1].StatementType != StatementType.Unknown;

    /// <summary>The affected rows of each statement sent; valid until the next call.</summary>
    public ReadOnlySpan<int> Affected(int part)
    {
        _affected.Clear();
        foreach (var command in Commands(part))
            _affected.Add(command.Rows > int.MaxValue ? int.MaxValue : command.RecordsAffected);
        return CollectionsMarshal.AsSpan(_affected);
    }

    /// <summary>The number of rows that the statement returned, as the server counts them.</summary>
    public int Selected(int part)
    {
        var rows = 0UL;
        foreach (var command in Commands(part))
            rows += command.StatementType == StatementType.Select ? command.Rows : 0;
        return (int)Math.Min(rows, int.MaxValue);
    }

    /// <summary>
    /// The statement has failed: what the driver has prepared for it may be of no more use. It may have been prepared without its columns being known, or be
    /// out of date, or be forgotten by the server.
    /// </summary>
    public void Failed(int part, Exception error, StatementInternals? internals)
    {
        if (internals is null)
            return;
        foreach (var command in Commands(part))
        {
            internals.Prepared.Abandon(command);
            if (_parts[part].Prepares || StatementFates.IsOfPreparation(error))
                _spoilt.Add(command.CommandText);
        }
    }

    /// <summary>Everything is read. The driver forgets what it has prepared for failed statements.</summary>
    public async Task ForgetSpoiltAsync(StatementInternals internals)
    {
        foreach (var sql in _spoilt)
            await internals.Prepared.ForgetAsync(connection, sql).ConfigureAwait(false);
        _spoilt.Clear();
    }

    public bool HasSpoilt => _spoilt.Count > 0;

    /// <summary>Ends the running command from another thread, by the public way of the driver. Blocks for the network.</summary>
    public void Cancel() => _all.Cancel();

    /// <summary>Empties the trip, so that it keeps no values alive.</summary>
    public void Clear()
    {
        _all.BatchCommands.Clear();
        _one.BatchCommands.Clear();
        _commands.Clear();
        _parts.Clear();
        _spoilt.Clear();
        _unprepared.Clear();
    }

    private ReadOnlySpan<NpgsqlBatchCommand> Commands(int part) => CollectionsMarshal.AsSpan(_commands).Slice(_parts[part].From, _parts[part].Count);

    private bool TryUse(string sql, int index, StatementInternals internals, ref bool prepares)
    {
        var until = internals.Prepared.UsesUntilPrepared(connection, sql);
        if (until == 0)
            return true;
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(_unprepared, sql, out _);
        if (use.Uses >= until)
            return use.PreparedBy == index;
        use = (use.Uses + 1, index);
        prepares |= use.Uses == until;
        return true;
    }

    private NpgsqlBatchCommand CommandOf(Statement sent, StatementInternals? internals)
    {
        if (sent.Sql.Contains('\0') || !IsText(sent.Sql))
            throw StatementErrors.NotSendable("its text has a character that PostgreSQL does not know, a zero or half of a surrogate pair");
        var command = new NpgsqlBatchCommand(sent.Sql);
        foreach (var value in sent.Values)
            command.Parameters.Add(value.ToNpgsql());
        if (sent.Values.Length > 0)
            internals?.Check(connection, command);
        return command;
    }

    private static bool IsText(string sql)
    {
        try
        {
            return Strict.GetByteCount(sql) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <param name="Index">In the pool's batch.</param>
    /// <param name="From">Its first command.</param>
    /// <param name="Count">The number of its commands.</param>
    /// <param name="Prepares">The driver prepares a statement of it with this trip.</param>
    private readonly record struct Part(int Index, int From, int Count, bool Prepares);
}
