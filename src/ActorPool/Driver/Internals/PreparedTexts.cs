using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>The texts that Npgsql prepares automatically on a connection.</summary>
/// <remarks>
/// Npgsql takes a text for prepared as soon as the server has parsed it. If the statement then fails before its columns are described, Npgsql gives up the
/// connection at the next use of the text. The pool lets Npgsql forget such a text.
/// </remarks>
internal sealed class PreparedTexts
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly Func<NpgsqlConnection, string, int> _usesUntilPrepared;
    private readonly Func<NpgsqlConnection, string, byte[]?> _name;
    private readonly Action<NpgsqlConnection, string> _forget;
    private readonly Action<NpgsqlBatchCommand> _abandon;
    private readonly Action<NpgsqlConnection> _beginCommand;
    private readonly Func<NpgsqlConnection, string, Task> _command;
    private readonly Action<NpgsqlConnection> _endCommand;

    public PreparedTexts()
    {
        var connection = Expression.Parameter(typeof(NpgsqlConnection), "connection");
        var sql = Expression.Parameter(typeof(string), "sql");
        var connector = Expression.Property(connection, typeof(NpgsqlConnection).GetProperty("Connector", All)!);
        var manager = Expression.Property(connector, "PreparedStatementManager");
        _usesUntilPrepared = Expression.Lambda<Func<NpgsqlConnection, string, int>>(Until(manager, sql), connection, sql).Compile();
        _name = Expression.Lambda<Func<NpgsqlConnection, string, byte[]?>>(
            IfPrepared(manager, sql, statement => Expression.Field(statement, "Name"), Expression.Constant(null, typeof(byte[]))), connection, sql).Compile();
        _forget = Expression.Lambda<Action<NpgsqlConnection, string>>(IfPrepared(manager, sql, statement => Forgetting(manager, statement), Expression.Empty()), connection, sql).Compile();
        var command = Expression.Parameter(typeof(NpgsqlBatchCommand), "command");
        var isPreparing = Expression.Field(command, "IsPreparing");
        _abandon = Expression.Lambda<Action<NpgsqlBatchCommand>>(
            Expression.IfThen(
                isPreparing,
                Expression.Block(
                    Expression.Assign(isPreparing, Expression.Constant(false)),
                    Expression.Call(Expression.Property(command, "PreparedStatement"), "AbortPrepare", null))),
            command).Compile();
        var never = Expression.Constant(CancellationToken.None);
        _beginCommand = Expression.Lambda<Action<NpgsqlConnection>>(Expression.Call(connector, "StartUserAction", null, never, Expression.Constant(false)), connection).Compile();
        _command = Expression.Lambda<Func<NpgsqlConnection, string, Task>>(
            Expression.Call(connector, "ExecuteInternalCommand", null, sql, Expression.Constant(true), never), connection, sql).Compile();
        _endCommand = Expression.Lambda<Action<NpgsqlConnection>>(Expression.Call(connector, "EndUserAction", null), connection).Compile();
    }

    /// <summary>The driver prepares this text at so many uses from now; 1 is the next use, 0 is never or already.</summary>
    public int UsesUntilPrepared(NpgsqlConnection connection, string sql) => _usesUntilPrepared(connection, sql);

    /// <summary>
    /// The command has failed, or one ahead of it in its group. The driver does not always note by itself that it did not come to be prepared.
    /// </summary>
    public void Abandon(NpgsqlBatchCommand command) => _abandon(command);

    /// <summary>The driver no longer uses what it has prepared for this text.</summary>
    /// <param name="connection">An idle connection.</param>
    /// <param name="sql">The text.</param>
    public async Task ForgetAsync(NpgsqlConnection connection, string sql)
    {
        // First at the server: the driver gives the name to another text as soon as it has forgotten this one.
        if (_name(connection, sql) is { } name)
            await RemoveAsync(connection, Encoding.ASCII.GetString(name)).ConfigureAwait(false);
        _forget(connection, sql);
    }

    // A usual command might itself be prepared, under this very name.
    private async Task RemoveAsync(NpgsqlConnection connection, string name)
    {
        _beginCommand(connection);
        try
        {
            await _command(connection, $"DEALLOCATE {name}").ConfigureAwait(false);
        }
        catch (PostgresException)
        {
            // The server has it no more, over which the statement failed.
        }
        finally
        {
            _endCommand(connection);
        }
    }

    private static BlockExpression Until(Expression manager, Expression sql)
    {
        var known = Expression.Property(manager, "BySql");
        var statement = Expression.Variable(known.Type.GetGenericArguments()[1], "statement");
        var state = Expression.Property(statement, "State");
        var uses = Expression.Property(manager, "UsagesBeforePrepare");
        var none = Expression.Constant(0);
        return Expression.Block(
            [statement],
            Expression.Condition(
                Expression.Equal(Expression.Property(manager, "MaxAutoPrepared"), none),
                none,
                Expression.Condition(
                    Expression.Call(known, "TryGetValue", null, sql, statement),
                    Expression.Condition(
                        Expression.Equal(state, Expression.Constant(Enum.Parse(state.Type, "Prepared"))),
                        none,
                        AtLeastOne(Expression.Subtract(uses, Expression.Field(statement, "Usages")))),
                    AtLeastOne(uses))));

        static MethodCallExpression AtLeastOne(Expression value) =>
            Expression.Call(typeof(Math).GetMethod(nameof(Math.Max), [typeof(int), typeof(int)])!, Expression.Constant(1), value);
    }

    private static BlockExpression IfPrepared(Expression manager, Expression sql, Func<Expression, Expression> then, Expression otherwise)
    {
        var known = Expression.Property(manager, "BySql");
        var statement = Expression.Variable(known.Type.GetGenericArguments()[1], "statement");
        return Expression.Block(
            [statement],
            Expression.Condition(
                Expression.AndAlso(
                    Expression.Call(known, "TryGetValue", null, sql, statement),
                    Expression.AndAlso(Expression.Property(statement, "IsPrepared"), Expression.Not(Expression.Property(statement, "IsExplicit")))),
                then(statement),
                otherwise,
                otherwise.Type));
    }

    private static BlockExpression Forgetting(Expression manager, Expression statement) => Expression.Block(
        Expression.Assign(
            Expression.ArrayAccess(Expression.Property(manager, "AutoPrepared"), Expression.Property(statement, "AutoPreparedSlotIndex")),
            Expression.Constant(null, statement.Type)),
        Expression.Call(statement, "CompleteUnprepare", null));
}
