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
    public async Task Ctrl_C_at_the_program_ends_it_with_exit_code_0()
    {
        using var parent = ParentProcess.Start(ParentProcess.ServerProgram, ["--max-connections", "11"]);
        var connectionString = await parent.ConnectionStringAsync();
        var traces = await ServerTraces.OfAsync(connectionString);
        Assert.Equal("11", await Sql.AskAsync(connectionString, "SHOW max_connections"));

        await parent.SignalGroupAsync("INT");

        Assert.Equal((0, ""), await parent.EndAsync());
        await traces.AreGoneAsync();
    }

    [LinuxFact]
    public async Task A_closing_terminal_leaves_nothing()
    {
        using var parent = ParentProcess.Start(ParentProcess.ServerProgram, []);
        var traces = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());

        await parent.SignalGroupAsync("HUP");

        await traces.AreGoneAsync();
    }

    private static async Task LeavesNothingAsync(Func<ParentProcess, Task> end)
    {
        using var parent = ParentProcess.Start(ParentProcess.TwoServersProgram, []);
        var first = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        var second = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        Assert.NotEqual(first, second);
        Assert.True(second.FolderExists && second.ProcessLives && second.PortIsOpen);

        await end(parent);

        await first.AreGoneAsync();
        await second.AreGoneAsync();
    }
}
