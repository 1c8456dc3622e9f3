using ActorPool.TestSupport;
using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using ActorPool.ThrowawayPostgres.Clusters;
using ActorPool.ThrowawayPostgres.Discovery;
using Npgsql;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>A throwaway server from its start to its removal.</summary>
public sealed class ThrowawayServerTests
{
    [Fact]
    public async Task A_started_server_answers_and_is_gone_and_of_no_use_after_its_dispose()
    {
        var server = await PostgresServer.StartAsync();
        var traces = await ServerTraces.OfAsync(server.ConnectionString);

        Assert.True(server.IsThrowaway);
        Assert.True(traces.FolderExists && traces.ProcessLives && traces.PortIsOpen);
        Assert.Matches($@"^PostgreSQL \d+\.\d+ from .+, port {traces.Port}, removed at the end$", server.Description);

        await server.DisposeAsync();

        Assert.False(traces.FolderExists);
        Assert.False(traces.ProcessLives);
        Assert.False(traces.PortIsOpen);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => server.StopAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(server.StartAgainAsync);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => server.CreateDatabaseAsync());
        var error = Assert.Throws<ObjectDisposedException>(() => server.ConnectionString);
        Assert.Contains("Keep it in a fixture that outlives all tests that use it.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_and_settings_of_the_options_reach_the_server()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions
        {
            MaxServerConnections = 2,
            Settings = new Dictionary<string, string> { ["actorpool.note"] = @"it's a \ note", ["max_connections"] = "7" },
        });

        await using var first = await Sql.OpenAsync(server.ConnectionString);
        await using var second = await Sql.OpenAsync(server.ConnectionString);
        var third = await Assert.ThrowsAsync<PostgresException>(() => Sql.OpenAsync(server.ConnectionString));

        Assert.Equal(PostgresErrorCodes.TooManyConnections, third.SqlState);
        Assert.Equal(@"it's a \ note", await Sql.AskAsync(first, "SHOW actorpool.note"));
        Assert.Equal("off", await Sql.AskAsync(first, "SHOW fsync"));
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_in_the_error()
    {
        var options = new PostgresServerOptions { Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } };

        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(() => PostgresServer.StartAsync(options));

        Assert.Contains("no_such_setting", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_with_an_impossible_name_is_refused_at_once()
    {
        var options = new PostgresServerOptions { Settings = new Dictionary<string, string> { ["port = 1\nfsync"] = "1" } };

        await Assert.ThrowsAsync<ArgumentException>(() => PostgresServer.StartAsync(options));
    }

    [Fact]
    public async Task A_chosen_port_and_locale_are_those_of_the_server()
    {
        var options = new PostgresServerOptions { Port = FreePort.Next(), Locale = "C.UTF-8" };

        await using var server = await PostgresServer.StartAsync(options);

        Assert.Equal(options.Port, (await ServerTraces.OfAsync(server.ConnectionString)).Port);
        Assert.Equal("ä", await Sql.AskAsync(server.ConnectionString, "SELECT lower('Ä')"));
        var taken = await Assert.ThrowsAsync<PostgresUnavailableException>(() => PostgresServer.StartAsync(options));
        Assert.StartsWith($"Port {options.Port} of 127.0.0.1 is in use. Choose another one, or 0 for a free one:", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_blocks_a_single_thread_on_the_server_goes_on()
    {
        var thread = Task.Factory.StartNew(
            () =>
            {
                // What is posted here never runs.
                SynchronizationContext.SetSynchronizationContext(new DeafContext());
                var server = PostgresServer.StartAsync().GetAwaiter().GetResult();
                var database = server.CreateDatabaseAsync().GetAwaiter().GetResult();
                server.StopAsync().GetAwaiter().GetResult();
                server.StartAgainAsync().GetAwaiter().GetResult();
                database.DisposeAsync().AsTask().GetAwaiter().GetResult();
                server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        await thread.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_dispose_does_not_wait_for_a_stop_that_waits_for_sessions()
    {
        var server = await PostgresServer.StartAsync();
        await using var session = await Sql.OpenAsync(server.ConnectionString);
        var traces = await ServerTraces.OfAsync(server.ConnectionString);
        var stop = server.StopAsync(PostgresStopMode.Smart);
        await Until.TrueAsync(() => server.ReadLogTail().Contains("received smart shutdown request", StringComparison.Ordinal), "the server waits for the session");

        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => stop);
        await traces.AreGoneAsync();
    }

    [Fact]
    public void Options_outside_their_bounds_are_refused_at_once()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresServerOptions { MaxServerConnections = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresServerOptions { Port = 65536 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresServerOptions { Version = 9 });
        Assert.Throws<ArgumentException>(() => new PostgresServerOptions { Locale = "" });
    }

    [Fact]
    public void Options_in_a_log_show_no_password()
    {
        var options = new PostgresServerOptions { ConnectionString = "Host=db;Password=secret", Version = 17 };

        Assert.Contains("ConnectionString = given", options.ToString(), StringComparison.Ordinal);
        Assert.Contains("Version = 17", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_variable_that_the_driver_cannot_use_is_named_in_the_error()
    {
        using var parent = ParentProcess.Start(variable: ("PGOPTIONS", "-c no_such_setting=1"));

        var errors = await parent.ErrorsAsync();

        Assert.Contains("The driver reads environment variables; see whether one of these is wrong: PGOPTIONS.", errors, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_start_that_is_cancelled_leaves_nothing_behind()
    {
        using var disk = new InstallationsOnDisk();
        var (binaries, dataFolder) = disk.InstallWithEndlessInitDb();
        using var giveUp = new CancellationTokenSource();

        var start = PostgresServer.StartAsync(
            new PostgresServerOptions(), new BinarySearch([binaries], (_, _) => throw new InvalidOperationException()), giveUp.Token);
        await Until.TrueAsync(() => dataFolder() is not null, "initdb is at work");
        var folder = Path.GetDirectoryName(dataFolder())!;
        Assert.True(Directory.Exists(folder));
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.False(Directory.Exists(folder));
    }

    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
