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

    [Theory]
    [InlineData("dispose")]
    [InlineData("closeall")]
    [InlineData("CloseAll")]
    [InlineData("stop")]
    [InlineData("failed start")]
    public async Task The_name_is_free_again_after_the_end_of_its_pool(string end)
    {
        if (end == "failed start")
        {
            await Assert.ThrowsAsync<PoolException>(() => ConnectionPool.StartAsync(Sys, Named() with { ConnectionString = "Host=127.0.0.1;Port=1;Username=x" }));
        }
        else
        {
            var first = await StartAsync(Named());
            await using var connection = await first.GetConnAsync();
            await (end switch
            {
                "dispose" => first.DisposeAsync().AsTask(),
                "closeall" => first.CloseAllAsync(),
                "CloseAll" => first.Manager.Ask<AllClosed>(new CloseAll(), TimeSpan.FromSeconds(15)),
                _ => first.Manager.GracefulStop(TimeSpan.FromSeconds(15)),
            });
        }

        await StartAsync(Named());
        Assert.Equal(1, await Backends.WaitForAsync(1));
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

    private PoolSettings Named() => new(ConnectionString, 1, 1) { Name = "taken", CloseTimeout = TimeSpan.Zero };
}
