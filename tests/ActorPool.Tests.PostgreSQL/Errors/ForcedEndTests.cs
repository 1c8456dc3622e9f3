using System.Data;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>The error of a command that was cut short has the reason for the end of the lease, and no advice to try again.</summary>
public sealed class ForcedEndTests : PoolTest
{
    private const string Sleep = "SELECT pg_sleep(30)";

    [Fact]
    public async Task The_end_of_its_owner_is_the_reason_in_the_commands_error()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn { Owner = owner });
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        Sys.Stop(owner);

        await ExpectAsync(running, "the actor that borrowed it has ended");
        ExpectNextUse(lease, "the actor that borrowed it has ended");
    }

    [Fact]
    public async Task Max_hold_time_is_the_reason_in_the_commands_error()
    {
        var pool = await StartAsync(1, 1, settings => settings with { MaxHoldTime = TimeSpan.FromMilliseconds(300) });
        var lease = await pool.GetConnAsync();

        await ExpectAsync(ExecuteAsync(lease, Sleep), "longer than max-hold-time");
        ExpectNextUse(lease, "longer than max-hold-time");
    }

    [Fact]
    public async Task Closeall_is_the_reason_in_the_commands_error()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        await pool.CloseAllAsync();

        await ExpectAsync(running, "the pool was closed");
        ExpectNextUse(lease, "the pool was closed");
    }

    [Fact]
    public async Task The_end_of_a_simple_pool_is_the_reason_in_the_commands_error()
    {
        var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
        var lease = await pool.GetConnAsync();
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        await pool.DisposeAsync();

        await ExpectAsync(running, "the pool was closed");
    }

    [Fact]
    public async Task A_return_during_the_command_is_the_reason_in_its_error()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        await lease.DisposeAsync();

        await ExpectAsync(running, "it was returned");
    }

    [Theory]
    [InlineData("synchronous")]
    [InlineData("prepared")]
    [InlineData("reader")]
    [InlineData("copy")]
    [InlineData("listen")]
    public async Task Every_method_that_runs_a_command_gives_the_reason(string way)
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var started = new TaskCompletionSource();
        var running = Task.Run(() => RunAsync(lease, way, started));
        await started.Task;
        if (way is "synchronous" or "prepared")
            await RunsAsync();

        await pool.CloseAllAsync();

        await ExpectAsync(running, "the pool was closed");
    }

    [Fact]
    public async Task A_commit_without_an_error_was_made()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await ExecuteAsync(lease, "CREATE TABLE t (id int)");
        await ExecuteAsync(lease, "BEGIN");
        await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");

        var error = Record.ExceptionAsync(() => ExecuteAsync(lease, "COMMIT"));
        await pool.CloseAllAsync();

        await using var next = await (await StartAsync(1, 1)).GetConnAsync();
        Assert.True(await error is not null || await ScalarAsync(next, "SELECT count(*) FROM t") is 1L, "A COMMIT without an error was not made.");
    }

    private static async Task RunAsync(PooledConnection lease, string way, TaskCompletionSource started)
    {
        await using var command = lease.Npgsql.CreateCommand();
        command.CommandText = way == "reader" ? "SELECT generate_series(1, 100000000), repeat('x', 1000)" : Sleep;
        switch (way)
        {
            case "reader":
                await using (var reader = await command.ExecuteReaderAsync())
                {
                    while (await reader.ReadAsync())
                        started.TrySetResult();
                }

                break;
            case "copy":
                await ExecuteAsync(lease, "CREATE TABLE filled (text text)");
                await using (var writer = await lease.Npgsql.BeginBinaryImportAsync("COPY filled (text) FROM STDIN (FORMAT BINARY)"))
                {
                    while (true)
                    {
                        await writer.StartRowAsync();
                        await writer.WriteAsync(new string('x', 10_000));
                        started.TrySetResult();
                    }
                }

            case "listen":
                started.SetResult();
                while (true)
                    await lease.Npgsql.WaitAsync();
            default:
                if (way == "prepared")
                    await command.PrepareAsync();
                started.SetResult();
                _ = command.ExecuteNonQuery();
                break;
        }
    }

    private async Task RunsAsync() => Assert.Equal(1, await Backends.WaitForAsync(1, "query LIKE '%pg_sleep%' AND state = 'active'"));

    private static async Task ExpectAsync(Task running, string reason)
    {
        var error = await Assert.ThrowsAnyAsync<NpgsqlException>(() => running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(error.IsTransient, error.ToString());
        var cause = Assert.IsType<PoolException>(error.InnerException);
        Assert.Equal(PoolErrorKind.NotCheckedOut, cause.Kind);
        Assert.Contains(reason, cause.Message, StringComparison.Ordinal);
        Assert.Contains("Borrow one again", cause.Message, StringComparison.Ordinal);
    }

    private static void ExpectNextUse(PooledConnection lease, string reason)
    {
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Contains(reason, Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
    }
}
