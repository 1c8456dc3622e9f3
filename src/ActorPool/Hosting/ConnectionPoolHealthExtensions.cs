using ActorPool.Hosting;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorPool;

/// <summary>The health of connection pools in an application built with Akka.Hosting.</summary>
public static class ConnectionPoolHealthExtensions
{
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(5);

    /// <summary>Adds a health check of one pool, under the name <c>connection-pool-&lt;name&gt;</c>, with the pool's numbers as its data.</summary>
    /// <remarks>
    /// <para>Unhealthy: there is no live pool of this name, it is being closed, or it has no connection and cannot open one.</para>
    /// <para>
    /// Degraded: it is paused, opens fail while some connections are open, fewer than <c>min-connections</c> have been open for longer than 5 s
    /// (with <c>keep-min</c>), or a request has waited for longer than <paramref name="degradedWait"/>. An ordinary replacement is healthy:
    /// after <c>max-lifetime</c>, a <see cref="Drain"/> or a loss.
    /// </para>
    /// <para>
    /// The check reads the pool's numbers and takes no connection from a borrower. There is one exception: a pool that has no connection and does not
    /// try to open one, such as an unused pool with <c>min-connections = 0</c>. Then the check borrows a connection and returns it, within
    /// <paramref name="timeout"/> and <c>acquire-timeout</c>.
    /// </para>
    /// </remarks>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="degradedWait">How long a request may wait; 5 s when null, <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="failureStatus">The status to report instead of unhealthy; unhealthy when null.</param>
    /// <param name="tags">Tags for selecting health checks; Akka.Hosting adds its own.</param>
    /// <param name="timeout">How long the check may take; null for no limit.</param>
    public static AkkaConfigurationBuilder WithConnectionPoolHealthCheck(
        this AkkaConfigurationBuilder builder,
        string name = "default",
        TimeSpan? degradedWait = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        SettingRule.PoolName(name, nameof(name));
        var patience = degradedWait ?? LongWait;
        if (patience < TimeSpan.Zero && patience != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(degradedWait), degradedWait, "A wait cannot be negative.");
        return builder.WithHealthCheck($"connection-pool-{name}", new ConnectionPoolHealthCheck(name, patience), failureStatus, tags, timeout);
    }
}
