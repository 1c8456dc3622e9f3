using Microsoft.Extensions.Logging.Abstractions;
using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Simple;

/// <summary>A refused return of a <see cref="SimpleConnectionPool"/> is counted as in the actor pool, and changes nothing.</summary>
public sealed class SimpleReturnTests
{
    [Fact]
    public async Task A_second_return_is_refused_and_counted()
    {
        await using var pool = await StartAsync();
        var lease = await pool.GetConnAsync();
        await pool.PutConnAsync(lease);

        await Refused(PoolErrorKind.NotCheckedOut, pool, lease);

        Assert.Equal((1L, 1), (pool.Statistics.NotCheckedOut, pool.Statistics.Idle));
    }

    [Fact]
    public async Task A_return_under_another_key_is_refused_and_counted()
    {
        await using var pool = await StartAsync();
        await using var lease = await pool.GetConnAsync("a");

        await Refused(PoolErrorKind.NotCheckedOut, pool, lease, "b");

        Assert.Equal((1L, 1), (pool.Statistics.NotCheckedOut, pool.Statistics.InUse));
    }

    [Fact]
    public async Task A_return_to_another_pool_is_refused_and_counted_there()
    {
        await using var pool = await StartAsync();
        await using var other = await StartAsync();
        await using var lease = await other.GetConnAsync();

        await Refused(PoolErrorKind.NotCheckedOut, pool, lease);

        Assert.Equal((1L, 0L), (pool.Statistics.NotCheckedOut, other.Statistics.NotCheckedOut));
    }

    [Fact]
    public async Task A_return_to_a_closed_pool_is_refused_and_counted()
    {
        await using var pool = await StartAsync();
        var lease = await pool.GetConnAsync();
        await pool.CloseAllAsync();

        await Refused(PoolErrorKind.Closed, pool, lease);

        Assert.Equal((1L, 0L), (pool.Statistics.RefusedAsClosed, pool.Statistics.NotCheckedOut));
    }

    private static Task<SimpleConnectionPool> StartAsync() =>
        SimpleConnectionPool.StartAsync(TestSettings.Of(1, 2), new ScriptedSource { IsInstant = true }, NullLogger.Instance, TimeProvider.System, CancellationToken.None);

    private static async Task Refused(PoolErrorKind kind, SimpleConnectionPool pool, PooledConnection lease, object? key = null) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<PoolException>(() => pool.PutConnAsync(lease, key).AsTask())).Kind);
}
