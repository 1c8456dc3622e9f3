using System.Globalization;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorPool.Hosting;

/// <summary>Judges the health of the pool with this name by its numbers; see <see cref="ConnectionPoolHealthExtensions"/>.</summary>
/// <param name="name">The pool's name.</param>
/// <param name="degradedWait">How long a request may wait; negative for no limit.</param>
/// <param name="replacement">How long a lost or replaced connection may take to be open again; null for 5 s.</param>
internal sealed class ConnectionPoolHealthCheck(string name, TimeSpan degradedWait, TimeSpan? replacement = null) : IAkkaHealthCheck
{
    // An open takes milliseconds, or about a second with encryption, authentication and distance.
    private static readonly TimeSpan OrdinaryReplacement = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(AkkaHealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failure = context.Registration?.FailureStatus ?? HealthStatus.Unhealthy;
        if (ConnectionPool.Find(context.ActorSystem, name) is not { } pool)
            return new HealthCheckResult(failure, $"There is no live pool '{name}' in the actor system: it has not been started, or it is closed.");
        var state = pool.Statistics;
        if (pool.IsEnding)
            return Result(failure, "is being closed.", state);
        if (state.Open == 0 && state.LastConnectError is { } error && pool.KeepsTrying(state))
            return Result(failure, $"has no connection and cannot open one: {error}", state);
        if (Weakness(pool, state) is { } weakness)
            return Result(HealthStatus.Degraded, weakness, state);
        if (state is { Open: 0, Opening: 0 })
            return await TryBorrowAsync(pool, failure, cancellationToken).ConfigureAwait(false);
        return Result(HealthStatus.Healthy, $"has {state.Open} of at most {state.Max} connections open, {state.InUse} of them in use{(state.Opening > 0 ? $", and {state.Opening} being opened" : "")}.", state);
    }

    private string? Weakness(ConnectionPool pool, PoolStatistics state)
    {
        if (state.IsPaused)
            return "is paused: nothing is lent until it is resumed.";
        if (state is { LastConnectError: { } error, Open: > 0 })
            return $"cannot open more connections than the {state.Open} it has: {error}";
        if (state.BelowMin > (replacement ?? OrdinaryReplacement))
            return string.Create(CultureInfo.InvariantCulture, $"has had fewer than its minimum of {state.Min} connections open for {state.BelowMin.TotalSeconds:0.0} s; now it has {state.Open}.");
        if (degradedWait >= TimeSpan.Zero && state.LongestWait > degradedWait)
            return string.Create(CultureInfo.InvariantCulture, $"is too small or its connections come back too late: {state.Waiting + state.StatementsWaiting} waiting, the oldest for {state.LongestWait.TotalSeconds:0.0} s.");
        return null;
    }

    /// <summary>The pool is unused and has no connection open: the check borrows one to find out.</summary>
    private async Task<HealthCheckResult> TryBorrowAsync(ConnectionPool pool, HealthStatus failure, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await pool.GetConnAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            return Result(HealthStatus.Healthy, "had no connection open, and has opened one for this check.", pool.Statistics);
        }
        catch (OperationCanceledException)
        {
            return Result(failure, $"has no connection open, and could not open one before the check timed out{After(pool.Statistics.LastConnectError)}", pool.Statistics);
        }
        catch (Exception error)
        {
            return Result(failure, $"has no connection and cannot open one: {pool.Statistics.LastConnectError ?? error.Message}", pool.Statistics);
        }
    }

    private static string After(string? error) => error is null ? "." : $": {error}";

    private HealthCheckResult Result(HealthStatus status, string what, PoolStatistics state) =>
        new(status, $"Pool '{name}' {what}", data: PoolHealthData.Of(state));
}
