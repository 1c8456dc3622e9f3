namespace ActorPool;

/// <summary>The names under which the pools of a process report: for <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry, or any other listener.</summary>
/// <remarks>
/// The instruments are those of the OpenTelemetry conventions for database client connection pools
/// (<c>db.client.connection.*</c>) and for database clients (<c>db.client.operation.duration</c>, for statements that the pool is told), and the pool's own
/// <c>actorpool.batch.size</c>, <c>actorpool.statement.waiting</c> and <c>actorpool.statement.running</c>. Each has the attribute
/// <c>db.client.connection.pool.name</c>, which is <see cref="PoolSettings.Name"/>: pools in several actor systems of one process need different names.
/// Only a <see cref="ConnectionPool"/> reports, from its start to its end.
/// Nothing is measured without a listener, and an exception of a listener is swallowed. No measurement has a value of a parameter.
/// </remarks>
public static class ConnectionPoolTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ActorPool";

    /// <summary>
    /// The name of the activity source. It has a span <c>wait for connection</c> for each call of <c>GetConnAsync</c> that had to wait, and a client span
    /// by the conventions for each call that told the pool a statement or a group, named by its summary, such as <c>SELECT orders</c>.
    /// </summary>
    public const string ActivitySourceName = "ActorPool";
}
