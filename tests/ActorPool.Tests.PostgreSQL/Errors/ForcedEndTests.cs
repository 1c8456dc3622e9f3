using System.Data;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>The error of a command that was cut short has the reason for the end of the lease, and no advice to try again.</summary>
public sealed class ForcedEndTests : PoolTest
{
    private const string Sleep = "SELECT pg_sleep(30)";

    [Theory]
    [InlineData("end of the owner", "the actor that borrowed it has ended")]
    [InlineData("max-hold-time", "longer than max-hold-time")]
    [InlineData("closeall", "the pool was closed")]
    [InlineData("return", "it was returned")]
    public async Task The_reason_of_the_end_is_in_the_error_of_the_running_command(string end, string reason)
    {
        var pool = await StartAsync(1, 1, settings => settings with { MaxHoldTime = end == "max-hold-time" ? TimeSpan.FromSeconds(2) : null });
        var owner = Sys.ActorOf(Props.Empty);
        var lease = await pool.GetConnAsync(new GetConn { Owner = end == "end of the owner" ? owner : null });
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        if (end == "end of the owner")
            Sys.Stop(owner);
        else if (end == "closeall")
            await pool.CloseAllAsync();
        else if (end == "return")
            await lease.DisposeAsync();

        await ExpectAsync(running, reason);
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Contains(reason, Assert.Throws<PoolException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_a_simple_pool_is_the_reason_in_the_error_of_the_running_command()
    {
        var pool = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
        var lease = await pool.GetConnAsync();
        var running = ExecuteAsync(lease, Sleep);
        await RunsAsync();

        await pool.DisposeAsync();

        await ExpectAsync(running, "the pool was closed");
    }

    [Theory]
    [InlineData("synchronous")]
    [InlineData("prepared")]
    [InlineData("reader")]
    [InlineData("copy")]
    [InlineData("listen")]
    public async Task Every_method_that_runs_a_command_gives_the_reason(string method)
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var started = new TaskCompletionSource();
        var running = Task.Run(() => RunAsync(lease, method, started));
        await started.Task;
        if (method is "synchronous" or "prepared")
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

    private static async Task RunAsync(PooledConnection lease, string method, TaskCompletionSource started)
    {
        await using var command = lease.Npgsql.CreateCommand();
        command.CommandText = method == "reader" ? "SELECT generate_series(1, 100000000), repeat('x', 1000)" : Sleep;
        switch (method)
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
                while (true)
                {
                    var wait = lease.Npgsql.WaitAsync();
                    started.TrySetResult();
                    await wait;
                }

            default:
                if (method == "prepared")
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
}
