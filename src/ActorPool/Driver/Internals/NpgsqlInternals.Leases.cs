using System.Data;
using System.Linq.Expressions;
using Npgsql;

namespace ActorPool.Driver.Internals;

// Members for leases: the current types, the progress of a command, and whether a reader closed the connection.
internal sealed partial class NpgsqlInternals
{
    /// <summary>
    /// Gives the connection the types that the data source loaded last, as the driver's own pool does at each open: after ReloadTypes on one
    /// connection every later lease knows the new types.
    /// </summary>
    public void RefreshTypes(NpgsqlConnection connection) => _refreshTypes(connection);

    /// <summary>Changes while data is read from the connection or written to it. Read without a lock, also while the connection is in use.</summary>
    public long ProgressOf(NpgsqlConnection connection) => _progress(connection);

    /// <summary>The driver's connector; null once the connection is closed.</summary>
    public object? ConnectorOf(NpgsqlConnection connection) => _connector(connection);

    /// <summary>The last reader of the connector was opened with <see cref="CommandBehavior.CloseConnection"/>.</summary>
    public bool WasToCloseConnection(object connector) => _wasToCloseConnection(connector);

    private static ConditionalExpression TypeRefresh(Expression connection, Expression connector)
    {
        var latest = Expression.Field(Expression.Property(connection, "NpgsqlDataSource"), "CurrentReloadableState");
        var own = Expression.Field(connector, "ReloadableState");
        return Expression.IfThen(
            // A source of several hosts has none until one of its connections has reloaded them.
            Expression.AndAlso(Expression.Not(IsNull(latest)), Expression.ReferenceNotEqual(own, latest)),
            Expression.Assign(own, latest));
    }

    private static BinaryExpression Progress(Expression connector) => Expression.Add(
        Expression.Multiply(Expression.Property(Expression.Property(connector, "ReadBuffer"), "CumulativeReadPosition"), Expression.Constant(31L)),
        Expression.Convert(Expression.Field(Expression.Property(connector, "WriteBuffer"), "WritePosition"), typeof(long)));

    private static Func<object, bool> ReaderLook(Type connector)
    {
        var given = Expression.Parameter(typeof(object), "connector");
        var behavior = Expression.Field(Expression.Property(Expression.Convert(given, connector), "DataReader"), "_behavior");
        return Expression.Lambda<Func<object, bool>>(
            Expression.NotEqual(
                Expression.And(Expression.Convert(behavior, typeof(int)), Expression.Constant((int)CommandBehavior.CloseConnection)),
                Expression.Constant(0)),
            given).Compile();
    }
}
