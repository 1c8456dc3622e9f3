using System.Linq.Expressions;
using System.Net.Sockets;
using System.Reflection;
using Npgsql;

namespace ActorPool.Driver.Internals;

/// <summary>
/// The members of Npgsql that the pool needs and that are not public: the transaction status, the objects that Npgsql reuses from one borrower to the next,
/// the socket, the cancel request, a reset that is sent with the next command, and the members in <c>NpgsqlInternals.Leases.cs</c>.
/// </summary>
/// <remarks>
/// Compiled once from names. When a future Npgsql has moved one of them, <see cref="TryCreate"/> returns null and the pool uses the public
/// API, which costs round trips. <see cref="Verify"/> checks on the first open connection that the names still mean the same.
/// Everything of this kind is in this folder: also <see cref="LeaseStream"/>, <see cref="MultiHost"/> and <see cref="OpenCallbacks"/>.
/// </remarks>
internal sealed partial class NpgsqlInternals
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const byte Idle = (byte)'I';
    private const int NoConnector = -1;

    private readonly Func<NpgsqlConnection, int> _transactionStatus;
    private readonly Action<NpgsqlConnection> _detach;
    private readonly Func<NpgsqlConnection, Socket?> _socket;
    private readonly Func<NpgsqlConnection, bool> _cancel;
    private readonly Action<NpgsqlConnection> _terminate;
    private readonly Action<NpgsqlConnection> _break;
    private readonly Func<NpgsqlConnection, byte[], int, bool> _prependReset;
    private readonly Action<NpgsqlConnection> _refreshTypes;
    private readonly Func<NpgsqlConnection, long> _progress;
    private readonly Func<NpgsqlConnection, object?> _connector;
    private readonly Func<object, bool> _wasToCloseConnection;
    private readonly Func<NpgsqlConnection, bool> _isResetPending;

    private NpgsqlInternals()
    {
        var connection = Expression.Parameter(typeof(NpgsqlConnection), "connection");
        var connectorProperty = typeof(NpgsqlConnection).GetProperty("Connector", All) ?? throw Moved("Connector");
        var connector = Expression.Variable(connectorProperty.PropertyType, "connector");
        _transactionStatus = Compile<Func<NpgsqlConnection, int>>(
            Expression.Convert(Expression.Convert(Expression.Property(connector, "TransactionStatus"), typeof(byte)), typeof(int)),
            Expression.Constant(NoConnector));
        _socket = Compile<Func<NpgsqlConnection, Socket?>>(
            Expression.Field(connector, "_socket"), Expression.Constant(null, typeof(Socket)));
        _cancel = Compile<Func<NpgsqlConnection, bool>>(
            Expression.Block(
                // The driver sends one cancel request for each command and skips every further one.
                Expression.Assign(Expression.PropertyOrField(connector, "PostgresCancellationPerformed"), Expression.Constant(false)),
                Expression.Call(connector, "PerformPostgresCancellation", null)),
            Expression.Constant(false));
        _terminate = Compile<Action<NpgsqlConnection>>(
            Expression.Block(
                // Drop a prepended reset: no command will follow it.
                Expression.Call(Expression.Property(connector, "WriteBuffer"), "Clear", null),
                Expression.Call(connector, "WriteTerminate", null),
                Expression.Call(connector, FlushMethod(connector.Type))), Expression.Empty());
        _break = Compile<Action<NpgsqlConnection>>(Breaking(connector), Expression.Empty());
        _detach = Compile<Action<NpgsqlConnection>>(Detachment(connection, connector), Expression.Empty());
        _isResetPending = Compile<Func<NpgsqlConnection, bool>>(
            Expression.NotEqual(Expression.Property(connector, "PendingPrependedResponses"), Expression.Constant(0)), Expression.Constant(false));
        var message = Expression.Parameter(typeof(byte[]), "message");
        var responses = Expression.Parameter(typeof(int), "responses");
        _prependReset = Compile<Func<NpgsqlConnection, byte[], int, bool>>(Prepending(connector, message, responses), Expression.Constant(false), message, responses);
        _refreshTypes = Compile<Action<NpgsqlConnection>>(TypeRefresh(connection, connector), Expression.Empty());
        _progress = Compile<Func<NpgsqlConnection, long>>(Progress(connector), Expression.Constant(0L));
        _connector = Compile<Func<NpgsqlConnection, object?>>(Expression.Convert(connector, typeof(object)), Expression.Constant(null));
        _wasToCloseConnection = ReaderLook(connector.Type);

        TDelegate Compile<TDelegate>(Expression present, Expression absent, params ParameterExpression[] more) =>
            Expression.Lambda<TDelegate>(
                Expression.Block(
                    [connector],
                    Expression.Assign(connector, Expression.Property(connection, connectorProperty)),
                    Expression.Condition(IsNull(connector), absent, present, absent.Type)),
                [connection, .. more]).Compile();
    }

    /// <summary>Null when this Npgsql has other internals; then <paramref name="reason"/> says what is missing.</summary>
    public static NpgsqlInternals? TryCreate(out string? reason)
    {
        try
        {
            reason = null;
            return new NpgsqlInternals();
        }
        catch (Exception error)
        {
            // Any error means the same: this version is not known.
            reason = Unknown(error.Message.TrimEnd('.'));
            return null;
        }
    }

    /// <summary>The reason as a sentence for the log.</summary>
    public static string Unknown(string what) =>
        $"This Npgsql ({typeof(NpgsqlConnection).Assembly.GetName().Version?.ToString(3)}) has other internals than those that the pool knows: {what}.";

    /// <summary>Whether the members have the expected values on a connection that was just opened.</summary>
    public bool Verify(NpgsqlConnection connection) =>
        _transactionStatus(connection) == Idle && _socket(connection) is { Connected: true };

    /// <summary>Whether the server has reported that no transaction is open, and the driver has no BEGIN to send.</summary>
    public bool IsOutsideTransaction(NpgsqlConnection connection) => _transactionStatus(connection) == Idle;

    /// <summary>
    /// Gives the connection new transaction, reader and command objects in place of those that a borrower used: the old ones no longer have
    /// an effect when the borrower disposes them.
    /// </summary>
    public void Detach(NpgsqlConnection connection) => _detach(connection);

    /// <summary>
    /// Prepends a full reset to the next command, unless one is prepended already: both are sent together. False when that is not possible:
    /// on a closed connection, while input is unread, and while the session has <c>standard_conforming_strings = off</c>, which changes how the
    /// driver parses that command.
    /// </summary>
    public bool PrependReset(NpgsqlConnection connection, FullReset reset) => _prependReset(connection, reset.Message, reset.Responses);

    /// <summary>Whether a prepended reset is not sent yet. Valid outside of a transaction only: the driver keeps a BEGIN back in the same way.</summary>
    public bool IsResetPending(NpgsqlConnection connection) => _isResetPending(connection);

    public Socket? SocketOf(NpgsqlConnection connection) => _socket(connection);

    /// <summary>Sends a cancel request over a separate connection, which takes no server slot. Blocks for the network.</summary>
    public bool CancelAtServer(NpgsqlConnection connection) => _cancel(connection);

    /// <summary>Sends Terminate on an idle connection without closing the socket, so that the end of the backend can be awaited.</summary>
    public void SendTerminate(NpgsqlConnection connection) => _terminate(connection);

    /// <summary>Makes the driver drop a connection whose socket is at its end, without a message to the server or an error in the log.</summary>
    public void Break(NpgsqlConnection connection) => _break(connection);

    private static BinaryExpression IsNull(Expression value) => Expression.ReferenceEqual(value, Expression.Constant(null));

    private static BinaryExpression Prepending(Expression connector, Expression message, Expression responses)
    {
        var pending = Expression.Property(connector, "PendingPrependedResponses");
        // Outside of a transaction a reset is the only thing that is kept back for the next command: then it is there already.
        return Expression.OrElse(
            Expression.NotEqual(pending, Expression.Constant(0)),
            Expression.AndAlso(
                Expression.AndAlso(
                    Expression.Equal(Expression.Property(Expression.Property(connector, "ReadBuffer"), "ReadBytesLeft"), Expression.Constant(0)),
                    Expression.Property(connector, "UseConformingStrings")),
                Expression.Block(
                    Expression.Call(connector, "PrependInternalMessage", null, message, responses),
                    Expression.Constant(true))));
    }

    private static BlockExpression Breaking(Expression connector)
    {
        var method = connector.Type.GetMethod("Break", All) ?? throw Moved("Break");
        Expression[] arguments =
        [
            Expression.New(typeof(ObjectDisposedException).GetConstructor([typeof(string)])!, Expression.Constant("The pool has ended this connection.")),
            .. method.GetParameters().Skip(1).Select(parameter => Expression.Constant(parameter.DefaultValue, parameter.ParameterType)),
        ];
        return Expression.Block(Expression.Call(connector, method, arguments), Expression.Empty());
    }

    private static BlockExpression Detachment(Expression connection, Expression connector)
    {
        var transaction = Expression.Variable(typeof(NpgsqlTransaction), "transaction");
        var transactionOfConnector = Expression.Property(connector, "Transaction");
        var readerOfConnector = Expression.Property(connector, "DataReader");
        var newReader = typeof(NpgsqlDataReader).GetConstructor(All, [connector.Type]) ?? throw Moved("NpgsqlDataReader");
        return Expression.Block(
            [transaction],
            Expression.Assign(transaction, transactionOfConnector),
            Expression.IfThen(
                Expression.ReferenceNotEqual(transaction, Expression.Constant(null)),
                Expression.Block(
                    Expression.Call(transaction, "UnbindIfNecessary", null),
                    Expression.Assign(transactionOfConnector, Expression.Constant(null, typeof(NpgsqlTransaction))))),
            Expression.IfThen(
                Expression.ReferenceNotEqual(Expression.Property(readerOfConnector, "Command"), Expression.Constant(null)),
                Expression.Assign(readerOfConnector, Expression.New(newReader, connector))),
            Forget(connection, "CachedCommand"),
            Forget(connection, "CachedBatch"),
            Expression.Empty());
    }

    private static BinaryExpression Forget(Expression owner, string property)
    {
        var member = Expression.Property(owner, property);
        return Expression.Assign(member, Expression.Constant(null, member.Type));
    }

    private static MethodInfo FlushMethod(Type connector) =>
        connector.GetMethod("Flush", All, Type.EmptyTypes) ?? throw Moved("Flush");

    private static MissingMemberException Moved(string name) => new($"Npgsql has no {name} where it used to be.");
}
