using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>Backends that end while they are idle are never lent.</summary>
public sealed class KilledWhileIdleTests : LivenessTest
{
    private const int Many = 20;

    // Where the pool cannot read the socket, it tests a connection that was idle for longer.
    private static readonly TimeSpan BlindFor = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(0, false)]
    [InlineData(30_000, false)]
    [InlineData(30_000, true)]
    [InlineData(-1, false)]
    [InlineData(-1, true)]
    public async Task A_killed_backend_is_never_lent_with_any_validate_after_idle(int validateAfter, bool byAsk)
    {
        var pool = await StartAsync(1, 1, settings => settings with { ValidateAfterIdle = TimeSpan.FromMilliseconds(validateAfter) });
        var pid = await UseAsync(pool, byAsk);
        Assert.Equal(1, await KillAsync());

        Assert.NotEqual(pid, await UseAsync(pool, byAsk));

        Assert.Equal(1, pool.Statistics.Lost);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, 7)]
    public async Task Forty_borrowers_in_sequence_see_no_error_after_all_backends_were_killed(bool byAsk, int? keys)
    {
        var pool = await StartAsync(Many, Many, Blindly);
        var before = await UseKeysAsync(pool, keys);
        Assert.Equal(Many, await KillAsync());

        var after = new List<int>();
        for (var i = 0; i < 40; i++)
            after.Add(await UseAsync(pool, byAsk, KeyOf(i, keys)));

        Assert.Empty(before.Intersect(after));
        await EventuallyAsync(() => pool.Statistics is { Idle: Many, Lost: Many }, "all are replaced");
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, 40)]
    public async Task Forty_borrowers_at_once_see_no_error_after_all_backends_were_killed(bool byAsk, int? keys)
    {
        var pool = await StartAsync(Many, Many, Blindly);
        var before = await UseKeysAsync(pool, keys);
        Assert.Equal(Many, await KillAsync());

        var uses = Task.WhenAll(Enumerable.Range(0, 40).Select(n => UseAsync(pool, byAsk, KeyOf(n, keys))));

        Assert.InRange(await Backends.MostDuringAsync(uses), 0, Many);
        Assert.Empty(before.Intersect(await uses));
        await EventuallyAsync(() => pool.Statistics is { Idle: Many, Lost: Many }, "all are replaced");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_living_half_of_the_connections_is_lent_when_the_other_half_was_killed(bool atOnce)
    {
        var pool = await StartAsync(10, 10, Blindly);
        var pids = await UseAllAsync(pool, 10);
        var dead = pids.Where((_, n) => n % 2 == 0).ToArray();
        await KillAsync($"pid IN ({string.Join(',', dead)})");

        var after = atOnce ? await UseAllAsync(pool, 10) : [await UseAsync(pool), await UseAsync(pool), .. await UseAllAsync(pool, 10)];

        Assert.Empty(after.Intersect(dead));
        Assert.Equal(5, pids.Except(dead).Intersect(after).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_round_trip_finds_killed_backends_where_the_socket_cannot_be_read(bool atOnce)
    {
        var pool = await StartAsync(DriverAccess.PublicOnly, Many, Many, Blindly);
        Assert.Equal(Many, await KillAsync());
        // The pool trusts a connection that it heard of within this time.
        await Task.Delay(BlindFor + TimeSpan.FromMilliseconds(100));

        if (atOnce)
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => UseAsync(pool)));
        for (var i = 0; i < 40; i++)
            await UseAsync(pool);

        await EventuallyAsync(() => pool.Statistics.Lost == Many, "all are gone");
    }

    [Fact]
    public async Task A_simple_pool_lends_no_killed_backend()
    {
        await using var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 5, 5) { ValidateAfterIdle = Timeout.InfiniteTimeSpan });
        Assert.Equal(5, await KillAsync());

        for (var i = 0; i < 10; i++)
        {
            await using var connection = await pool.GetConnAsync(i % 2 == 0 ? i : null);
            await PidAsync(connection);
        }

        await EventuallyAsync(() => pool.Statistics.Lost == 5, "all are gone");
    }

    // Only the probe of the socket protects the borrower.
    private static PoolSettings Blindly(PoolSettings settings) => settings with { ValidateAfterIdle = Timeout.InfiniteTimeSpan, MaxConcurrentOpens = 4 };

    private static object? KeyOf(int number, int? keys) => keys is { } count ? number % count : null;

    /// <summary>Gives some sessions to keys, so that keyed sessions are among the killed ones.</summary>
    private static async Task<List<int>> UseKeysAsync(ConnectionPool pool, int? keys)
    {
        var pids = new List<int>(await UseAllAsync(pool, Many));
        for (var key = 0; key < keys; key++)
            await UseAsync(pool, key);
        return pids;
    }
}
