using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>A name is taken while its pool exists, and free afterwards.</summary>
public sealed class PoolNameTests : PoolTest
{
    [Fact]
    public async Task A_second_pool_of_the_same_name_is_refused_and_the_first_goes_on()
    {
        var first = await StartAsync(Named());

        var error = await Assert.ThrowsAsync<ArgumentException>(() => ConnectionPool.StartAsync(Sys, Named()));

        Assert.Contains("'taken'", error.Message, StringComparison.Ordinal);
        await using var connection = await first.GetConnAsync();
        Assert.Equal(1, await Backends.CountAsync());
    }

    [Fact]
    public async Task The_name_is_free_again_after_dispose()
    {
        for (var round = 0; round < 3; round++)
        {
            await using var pool = await ConnectionPool.StartAsync(Sys, Named());
            await using var connection = await pool.GetConnAsync();
        }

        Assert.Equal(0, await Backends.WaitForAsync(0));
    }

    [Fact]
    public async Task The_name_is_free_again_after_closeall()
    {
        var first = await StartAsync(Named());
        await first.CloseAllAsync();

        await StartAsync(Named());
    }

    [Fact]
    public async Task The_name_is_free_again_after_a_start_that_failed()
    {
        await Assert.ThrowsAsync<PoolException>(() => ConnectionPool.StartAsync(Sys, Named() with { ConnectionString = "Host=127.0.0.1;Port=1;Username=x" }));

        await StartAsync(Named());
    }

    [Fact]
    public async Task The_name_is_free_again_after_the_manager_was_stopped()
    {
        var first = await StartAsync(Named());
        await first.Manager.GracefulStop(TimeSpan.FromSeconds(5));

        await StartAsync(Named());
    }

    [Fact]
    public async Task The_name_is_free_again_after_a_closeall_by_message()
    {
        var first = await StartAsync(Named());
        await first.Manager.Ask<AllClosed>(new CloseAll(), TimeSpan.FromSeconds(5));

        await StartAsync(Named());
    }

    [Fact]
    public async Task Disposing_an_old_pool_again_does_not_free_the_name_of_its_successor()
    {
        var first = await StartAsync(Named());
        await first.DisposeAsync();
        await StartAsync(Named());
        await first.DisposeAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => ConnectionPool.StartAsync(Sys, Named()));
    }

    private PoolSettings Named() => new(ConnectionString, 1, 1) { Name = "taken" };
}
