using ActorPool.Tests.ThrowawayPostgres.Support;

namespace ActorPool.Tests.ThrowawayPostgres;

public sealed class EndOfParentTests
{
    [LinuxFact]
    public async Task A_killed_parent_leaves_neither_process_nor_folder()
    {
        using var parent = ParentProcess.Start(ParentProcess.ServerProgram, []);
        var traces = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        Assert.True(traces.FolderExists && traces.ProcessLives && traces.PortIsOpen);

        await parent.KillAsync();

        await traces.AreGoneAsync();
    }

    [LinuxFact]
    public async Task A_killed_parent_of_two_servers_leaves_neither()
    {
        using var parent = ParentProcess.Start(ParentProcess.TwoServersProgram, []);
        var first = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        var second = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        Assert.NotEqual(first, second);

        await parent.KillAsync();

        await first.AreGoneAsync();
        await second.AreGoneAsync();
    }

    /// <summary>A terminal sends these to its whole foreground group, the guard among them; this parent does not clean up.</summary>
    [LinuxFact]
    public async Task Ctrl_C_at_a_parent_without_a_handler_leaves_nothing()
    {
        using var parent = ParentProcess.Start(ParentProcess.TwoServersProgram, []);
        var first = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());
        var second = await ServerTraces.OfAsync(await parent.ConnectionStringAsync());

        await parent.SignalGroupAsync("INT");

        await first.AreGoneAsync();
        await second.AreGoneAsync();
    }

    [LinuxFact]
    public async Task Ctrl_C_at_the_program_itself_ends_it_in_good_order()
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
}
