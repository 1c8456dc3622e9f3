using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>A test of metrics or spans of a pool with a name that no other test uses.</summary>
public abstract class TelemetryTest : PoolTest
{
    /// <summary>The name of the test's pool.</summary>
    protected string Pool { get; } = $"insight-{Guid.NewGuid():N}";

    protected Task<ConnectionPool> StartNamedAsync(int min, int max, Func<PoolSettings, PoolSettings>? change = null) =>
        StartAsync(min, max, settings => (change?.Invoke(settings) ?? settings) with { Name = Pool });

    /// <summary>A call that waits, because everything is lent.</summary>
    protected static async Task<Task<PooledConnection>> WaitForOneAsync(ConnectionPool pool, CancellationToken cancellationToken = default)
    {
        var waiting = pool.GetConnAsync(cancellationToken: cancellationToken).AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the request waits");
        return waiting;
    }
}
