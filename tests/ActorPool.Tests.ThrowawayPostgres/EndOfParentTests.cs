using ActorPool.Tests.ThrowawayPostgres.Support;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>The end of a process that owns servers, without any code of that process.</summary>
public sealed class EndOfParentTests
{
    [LinuxFact]
    public Task A_killed_parent_leaves_nothing_of_its_two_servers() => LeavesNothingAsync(parent => parent.KillAsync());

    /// <summary>A terminal sends the signal to its whole foreground group, with the guard in it; this parent does not clean up.</summary>
    [LinuxFact]
    public Task Ctrl_C_at_a_parent_without_a_handler_leaves_nothing() => LeavesNothingAsync(parent => parent.SignalGroupAsync("INT"));

    [LinuxFact]
    public Task A_closing_terminal_leaves_nothing() => LeavesNothingAsync(parent => parent.SignalGroupAsync("HUP"));

    [LinuxFact]
    public Task A_parent_killed_with_all_its_descendants_leaves_nothing() => LeavesNothingAsync(parent =>
    {
        parent.KillTree();
        return Task.CompletedTask;
    });

    private static async Task LeavesNothingAsync(Func<ParentProcess, Task> end)
    {
        using var parent = ParentProcess.Start();
        var first = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        var second = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        Assert.NotEqual(first, second);
        Assert.True(second.FolderExists && second.ProcessLives && second.PortIsOpen);

        await end(parent);

        await first.AreGoneAsync();
        await second.AreGoneAsync();
    }
}
