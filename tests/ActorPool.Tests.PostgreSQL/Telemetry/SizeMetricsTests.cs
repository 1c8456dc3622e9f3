namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>Sizes and counters, as a collector reads them.</summary>
public sealed class SizeMetricsTests : TelemetryTest
{
    [Fact]
    public async Task Connections_are_counted_by_their_state()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(3, 5);
        await using var held = await pool.GetConnAsync();

        var sizes = heard.Sizes();

        Assert.Equal(2, sizes["count idle"]);
        Assert.Equal(1, sizes["count used"]);
        Assert.Equal(5, sizes["max"]);
        Assert.Equal(5, sizes["idle.max"]);
        Assert.Equal(3, sizes["idle.min"]);
    }

    [Fact]
    public async Task A_connection_that_is_being_reset_is_used()
    {
        using var heard = new Measurements(Pool);
        var hook = new TaskCompletionSource();
        var pool = await StartNamedAsync(1, 1, settings => settings with { OnReturn = (_, _) => hook.Task });
        await (await pool.GetConnAsync()).DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Resetting == 1, "it is being reset");

        var sizes = heard.Sizes();
        hook.SetResult();

        Assert.Equal(0, sizes["count idle"]);
        Assert.Equal(1, sizes["count used"]);
    }

    [Fact]
    public async Task The_maximum_of_idle_connections_is_the_minimum_without_an_idle_timeout()
    {
        using var heard = new Measurements(Pool);
        await StartNamedAsync(2, 5, settings => settings with { IdleTimeout = TimeSpan.Zero });

        Assert.Equal(2, heard.Sizes()["idle.max"]);
    }

    [Fact]
    public async Task Limits_are_those_of_the_moment()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 5);
        await pool.ResizeAsync(2, 7);

        var sizes = heard.Sizes();

        Assert.Equal((2, 7, 7), (sizes["idle.min"], sizes["idle.max"], sizes["max"]));
    }

    [Fact]
    public async Task A_waiting_request_is_counted_as_pending_and_then_as_a_timeout()
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(2) });
        await using var held = await pool.GetConnAsync();
        Assert.Equal((0, 0), (heard.Sizes()["pending_requests"], heard.Sizes()["timeouts"]));
        var waiting = await WaitForOneAsync(pool);

        Assert.Equal((1, 0), (heard.Sizes()["pending_requests"], heard.Sizes()["timeouts"]));
        await Assert.ThrowsAsync<PoolException>(() => waiting);
        Assert.Equal((0, 1), (heard.Sizes()["pending_requests"], heard.Sizes()["timeouts"]));
    }

    [Fact]
    public async Task Two_pools_are_told_apart_by_their_names()
    {
        var other = $"{Pool}-other";
        using var heard = new Measurements(Pool);
        using var heardOther = new Measurements(other);
        await StartNamedAsync(1, 2);
        await StartAsync(3, 4, settings => settings with { Name = other });

        Assert.Equal(1, heard.Sizes()["count idle"]);
        Assert.Equal(3, heardOther.Sizes()["count idle"]);
        Assert.Equal(2, heard.Sizes()["max"]);
        Assert.Equal(4, heardOther.Sizes()["max"]);
    }

    [Theory]
    [InlineData("dispose")]
    [InlineData("closeall")]
    [InlineData("terminate")]
    public async Task A_pool_that_has_ended_is_not_reported(string end)
    {
        using var heard = new Measurements(Pool);
        var pool = await StartNamedAsync(1, 1);
        Assert.NotEmpty(heard.Sizes());

        await (end switch
        {
            "dispose" => pool.DisposeAsync().AsTask(),
            "closeall" => pool.CloseAllAsync(),
            _ => Sys.Terminate(),
        });

        Assert.Empty(heard.Sizes());
    }

    [Fact]
    public async Task A_pool_that_could_not_be_started_is_not_reported()
    {
        using var heard = new Measurements(Pool);

        await Assert.ThrowsAsync<PoolException>(() => StartAsync(new PoolSettings("Host=127.0.0.1;Port=1;Username=x", 1, 1) { Name = Pool }));

        Assert.Empty(heard.Sizes());
    }

    [Fact]
    public async Task A_second_pool_of_the_name_that_is_refused_leaves_the_first_reported()
    {
        using var heard = new Measurements(Pool);
        await StartNamedAsync(1, 3);

        await Assert.ThrowsAsync<ArgumentException>(() => StartNamedAsync(1, 9));

        Assert.Equal(3, heard.Sizes()["max"]);
    }
}
