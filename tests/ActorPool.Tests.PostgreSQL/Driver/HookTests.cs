using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Dapper;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>The user's hooks on real connections.</summary>
public sealed class HookTests : DriverTest
{
    [Theory, BothWays]
    public async Task Configure_is_run_once_on_every_new_connection(DriverAccess access)
    {
        var pool = await StartOneAsync(access, settings => settings with
        {
            Configure = (connection, token) => connection.ExecuteAsync("SET application_name = 'configured'"),
            DiscardOnKeyChange = false,
        });
        for (var i = 0; i < 2; i++)
        {
            await using var lease = await pool.GetConnAsync();
            Assert.Equal("configured", await ScalarAsync(lease, "SHOW application_name"));
        }
    }

    [Theory]
    [InlineData(DriverAccess.Internals, false)]
    [InlineData(DriverAccess.Internals, true)]
    [InlineData(DriverAccess.PublicOnly, false)]
    public async Task Settings_of_Configure_are_there_for_each_borrower_and_after_a_full_reset(DriverAccess access, bool prepend)
    {
        var pool = await StartOneAsync(access, settings => settings with
        {
            Configure = (connection, token) => connection.ExecuteAsync("SET application_name = 'configured'"),
            PrependReset = prepend,
        });
        var pids = new HashSet<int>();
        foreach (var key in new[] { "a", "b", null })
        {
            await using var lease = await pool.GetConnAsync(key);
            Assert.Equal("configured", await ScalarAsync(lease, "SHOW application_name"));
            await ExecuteAsync(lease, "SET application_name = 'changed'");
            pids.Add(await PidAsync(lease));
        }

        Assert.Single(pids);
    }

    [Fact]
    public async Task A_Configure_that_cannot_run_again_after_a_reset_costs_that_connection_alone()
    {
        var pool = await StartOneAsync(DriverAccess.Internals, settings => settings with
        {
            Configure = (connection, token) => connection.ExecuteAsync("PREPARE once AS SELECT 1"),
        });
        int first;
        await using (var lease = await pool.GetConnAsync("a"))
            first = await PidAsync(lease);

        await using var next = await pool.GetConnAsync("b");

        Assert.NotEqual(first, await PidAsync(next));
        Assert.Equal(1, pool.Statistics.ClosedByHook);
    }

    [Fact]
    public async Task A_configure_that_throws_fails_the_start_with_its_error_and_leaves_no_backend()
    {
        var error = await Assert.ThrowsAsync<PoolException>(() => StartAsync(2, 2, settings => settings with
        {
            Configure = (connection, token) => connection.ExecuteAsync("SET ROLE nobody_of_this_name"),
        }));

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, Assert.IsType<PostgresException>(error.InnerException).SqlState);
        Assert.Contains("Configure", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Backends.CountAsync());
    }

    [Theory, BothWays]
    public async Task The_session_of_a_key_is_initialized_before_its_first_use_only(DriverAccess access)
    {
        var calls = new List<object>();
        var pool = await StartOneAsync(access, settings => settings with
        {
            InitializeSession = async (connection, key, token) =>
            {
                calls.Add(key);
                await connection.ExecuteAsync("CREATE TEMP TABLE basket (product int)");
            },
        });

        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.GetConnAsync("tenant");
            Assert.Equal(i == 0, lease.IsNewSession);
            await ExecuteAsync(lease, "INSERT INTO basket VALUES (1)");
        }

        await using (var other = await pool.GetConnAsync("other"))
            Assert.Equal(0L, await ScalarAsync(other, "SELECT count(*) FROM basket"));
        Assert.Equal(["tenant", "other"], calls);
    }

    [Fact]
    public async Task A_failed_initialization_fails_requests_of_its_key_at_once_and_no_others()
    {
        var pool = await StartAsync(1, 2, settings => settings with
        {
            InitializeSession = (connection, key, token) => connection.ExecuteAsync($"SET ROLE \"{key}\""),
        });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync("nobody_of_this_name"));

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.IsType<PostgresException>(error.InnerException);
        Assert.Contains("InitializeSession", error.Message, StringComparison.Ordinal);
        await using var other = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(other, "SELECT 1"));
        Assert.Equal(1, pool.Statistics.ClosedByHook + pool.Statistics.Closing);
    }

    [Fact]
    public async Task A_hook_that_hangs_is_given_up_after_connect_timeout_and_holds_up_no_others()
    {
        var pool = await StartAsync(1, 2, settings => settings with
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            InitializeSession = (connection, key, token) => Task.Delay(Timeout.Infinite, CancellationToken.None),
        });
        var hanging = pool.GetConnAsync("key").AsTask();

        await using (var other = await pool.GetConnAsync())
            Assert.False(hanging.IsCompleted);

        var error = await Assert.ThrowsAsync<PoolException>(() => hanging);
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task A_hook_that_blocks_its_thread_does_not_block_the_pool()
    {
        using var release = new ManualResetEventSlim();
        var pool = await StartAsync(1, 2, settings => settings with
        {
            InitializeSession = (connection, key, token) =>
            {
                release.Wait(token);
                return Task.CompletedTask;
            },
        });
        var blocked = pool.GetConnAsync("key").AsTask();

        await using (var other = await pool.GetConnAsync())
            Assert.False(blocked.IsCompleted);
        release.Set();

        await using var lease = await blocked;
    }

    [Theory, BothWays]
    public async Task A_hook_that_leaves_a_transaction_open_costs_the_connection(DriverAccess access)
    {
        var first = true;
        var pool = await StartOneAsync(access, settings => settings with
        {
            OnReturn = async (connection, token) =>
            {
                if (first)
                    await connection.ExecuteAsync("BEGIN");
                first = false;
            },
        });
        int pid;
        await using (var lease = await pool.GetConnAsync())
            pid = await PidAsync(lease);

        await using var next = await pool.GetConnAsync();

        Assert.NotEqual(pid, await PidAsync(next));
        Assert.Equal(1, pool.Statistics.ClosedByHook);
        Assert.Equal(0, await Backends.CountAsync("state LIKE 'idle in transaction%'"));
    }

    [Fact]
    public async Task A_hook_that_leaves_a_reader_open_costs_the_connection()
    {
        var pool = await StartAsync(1, 1, settings => settings with
        {
            InitializeSession = async (connection, key, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT generate_series(1, 100000)", connection);
                var reader = await command.ExecuteReaderAsync(token);
                await reader.ReadAsync(token);
            },
        });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync("key"));

        Assert.IsType<InvalidOperationException>(error.InnerException);
        await using var next = await pool.GetConnAsync();
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Theory, BothWays]
    public async Task OnReturn_runs_after_the_rollback_and_before_the_next_borrower(DriverAccess access)
    {
        var seen = new List<int>();
        var pool = await StartOneAsync(access, settings => settings with
        {
            OnReturn = async (connection, token) => seen.Add(await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM t")),
        });
        await using (var lease = await pool.GetConnAsync())
        {
            await ExecuteAsync(lease, "CREATE TABLE t (id int)");
            await ExecuteAsync(lease, "BEGIN");
            await ExecuteAsync(lease, "INSERT INTO t VALUES (1)");
        }

        await using (await pool.GetConnAsync())
            Assert.Equal([0], seen);
    }

    [Fact]
    public async Task A_connection_that_fails_the_check_is_replaced_without_an_error()
    {
        var bad = 0;
        var pool = await StartAsync(2, 2, settings => settings with
        {
            Check = (connection, token) => connection.ProcessID == bad ? throw new InvalidOperationException("not this one") : Task.CompletedTask,
        });
        await using (var lease = await pool.GetConnAsync())
            bad = await PidAsync(lease);

        await using var next = await pool.GetConnAsync();

        Assert.NotEqual(bad, await PidAsync(next));
    }

    [Fact]
    public async Task A_check_that_never_passes_is_named_in_the_timeout()
    {
        var pool = await StartAsync(0, 2, settings => settings with
        {
            AcquireTimeout = TimeSpan.FromSeconds(2),
            Check = (connection, token) => throw new InvalidOperationException("a replica"),
        });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Contains("a replica", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_killed_under_a_hook_is_replaced_and_the_hook_run_again()
    {
        var first = true;
        var pool = await StartAsync(1, 1, settings => settings with
        {
            InitializeSession = async (connection, key, token) =>
            {
                if (first)
                {
                    first = false;
                    await connection.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())");
                }
            },
        });

        await using var lease = await pool.GetConnAsync("key");

        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        Assert.Equal(1, pool.Statistics.Lost);
    }

    [Fact]
    public async Task Hooks_work_in_the_simple_pool_and_by_Ask()
    {
        var keys = new List<object>();
        var settings = new PoolSettings(ConnectionString, 1, 1)
        {
            InitializeSession = (connection, key, token) =>
            {
                keys.Add(key);
                return Task.CompletedTask;
            },
        };
        await using (var simple = await SimpleConnectionPool.StartAsync(settings))
        await using (await simple.GetConnAsync("simple"))
            Assert.Equal(["simple"], keys);
        var pool = await StartAsync(settings with { Name = "asked" });

        await using var lease = await pool.Manager.Ask<PooledConnection>(new GetConn("asked"), TimeSpan.FromSeconds(10));

        Assert.Equal(["simple", "asked"], keys);
    }

    [Fact]
    public async Task A_hook_that_returns_no_task_fails_with_that_reason()
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
