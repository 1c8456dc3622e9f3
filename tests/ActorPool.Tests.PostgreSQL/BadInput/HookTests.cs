using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.BadInput;

/// <summary>Hooks that are no asynchronous functions at all.</summary>
public sealed class HookTests : PoolTest
{
    [Fact]
    public async Task A_hook_that_returns_no_task_is_told_so()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(1, 1, settings => settings with { Configure = (_, _) => null! }));
        Assert.Contains("It returned null instead of a task.", error.Message, StringComparison.Ordinal);

        var pool = await StartAsync(0, 1, settings => settings with { InitializeSession = (_, _, _) => null! });
        error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync("key"));
        Assert.Contains("It returned null instead of a task.", error.Message, StringComparison.Ordinal);
        await (await pool.GetConnAsync()).DisposeAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1));
    }
}
