using ActorPool.TestSupport;
using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>A throwaway server that is stopped in each mode, and started again.</summary>
public sealed class StopAndStartTests(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly PostgresServer _server = running.Server;

    public Task InitializeAsync() => _server.StartAgainAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_restart_keeps_port_and_data()
    {
        await Sql.AskAsync(_server.ConnectionString, "CREATE TABLE kept_by_restart AS SELECT 42 AS answer");
        var before = await ServerTraces.OfAsync(_server.ConnectionString);

        await _server.RestartAsync();

        var after = await ServerTraces.OfAsync(_server.ConnectionString);
        Assert.Equal((before.Port, before.Folder), (after.Port, after.Folder));
        Assert.NotEqual(before.ProcessId, after.ProcessId);
        Assert.Equal("42", await Sql.AskAsync(_server.ConnectionString, "SELECT answer FROM kept_by_restart"));
    }

    [Fact]
    public async Task A_fast_stop_tells_the_sessions_that_it_is_a_shutdown()
    {
        await using var session = await Sql.OpenAsync(_server.ConnectionString);

        await _server.StopAsync();

        var end = await Assert.ThrowsAsync<PostgresException>(() => Sql.AskAsync(session, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, end.SqlState);
    }

    [Fact]
    public async Task An_immediate_stop_breaks_the_sessions_off_and_keeps_what_was_committed()
    {
        await Sql.AskAsync(_server.ConnectionString, "SET synchronous_commit = on; CREATE TABLE kept_by_recovery AS SELECT 42 AS answer");
        await using var session = await Sql.OpenAsync(_server.ConnectionString);

        await _server.RestartAsync(PostgresStopMode.Immediate);

        var end = await Assert.ThrowsAnyAsync<NpgsqlException>(() => Sql.AskAsync(session, "SELECT 1"));
        Assert.IsNotType<PostgresException>(end);
        Assert.Equal("42", await Sql.AskAsync(_server.ConnectionString, "SELECT answer FROM kept_by_recovery"));
    }

    [Fact]
    public async Task A_smart_stop_waits_for_the_sessions()
    {
        var session = await Sql.OpenAsync(_server.ConnectionString);
        var stop = _server.StopAsync(PostgresStopMode.Smart);

        await Until.TrueAsync(Refused, "new sessions are refused");
        Assert.Equal("1", await Sql.AskAsync(session, "SELECT 1"));
        Assert.False(stop.IsCompleted);

        await session.DisposeAsync();
        await stop.WaitAsync(TimeSpan.FromSeconds(10));

        bool Refused()
        {
            using var attempt = new NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
            try
            {
                attempt.Open();
                return false;
            }
            catch (PostgresException e)
            {
                return e.SqlState == PostgresErrorCodes.CannotConnectNow;
            }
        }
    }

    [Fact]
    public async Task Stopping_twice_and_starting_twice_is_the_same_as_once()
    {
        var before = await ServerTraces.OfAsync(_server.ConnectionString);
        await _server.StopAsync();
        await _server.StopAsync();
        Assert.False(before.PortIsOpen);
        Assert.True(before.FolderExists);

        await _server.StartAgainAsync();
        await _server.StartAgainAsync();
        Assert.True(before.PortIsOpen);
    }
}
