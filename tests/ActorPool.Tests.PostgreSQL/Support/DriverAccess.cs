using System.Reflection;
using ActorPool.Driver;
using ActorPool.Driver.Internals;
using Xunit.Sdk;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>The pool's two ways of access to Npgsql.</summary>
public enum DriverAccess
{
    /// <summary>With the internals of the Npgsql that is referenced.</summary>
    Internals,

    /// <summary>As with a future Npgsql that has moved them.</summary>
    PublicOnly,
}

/// <summary>A theory for both ways of access.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothWaysAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[DriverAccess.Internals], [DriverAccess.PublicOnly]];
}

/// <summary>A test of the pool's dealings with the driver.</summary>
public abstract class DriverTest : PoolTest
{
    /// <summary>A pool of one connection, which the next borrower gets as the last borrower left it.</summary>
    protected Task<ConnectionPool> StartOneAsync(DriverAccess access, Func<PoolSettings, PoolSettings>? change = null) => StartAsync(access, 1, 1, change);

    protected async Task<ConnectionPool> StartAsync(DriverAccess access, int min, int max, Func<PoolSettings, PoolSettings>? change = null)
    {
        var settings = Settings(min, max, change);
        var internals = access == DriverAccess.Internals ? NpgsqlInternals.TryCreate(out _) : null;
        return Keep(await ConnectionPool.StartAsync(Sys, settings, NpgsqlSource.Create(settings, internals), CancellationToken.None));
    }

    /// <summary>Whether the server shows the backend in this state, now or soon.</summary>
    protected async Task<bool> IsInStateAsync(int pid, string state) => await Backends.WaitForAsync(1, $"pid = {pid} AND state = '{state}'") == 1;
}
