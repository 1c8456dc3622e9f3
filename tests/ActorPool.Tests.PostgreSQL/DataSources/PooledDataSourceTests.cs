using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Transactions;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.DataSources;

/// <summary>The pool as a data source: opening borrows, closing returns.</summary>
public sealed class PooledDataSourceTests : PoolTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_borrows_when_it_opens_and_returns_when_it_closes_again_and_again(bool isSynchronous)
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal((ConnectionState.Closed, 0), (connection.State, pool.Statistics.InUse));
            if (isSynchronous)
                connection.Open();
            else
                await connection.OpenAsync();
            Assert.Equal((ConnectionState.Open, 1), (connection.State, pool.Statistics.InUse));
            Assert.Equal(round, await ScalarAsync(connection, $"SELECT {round}"));
            if (isSynchronous)
                connection.Close();
            else
                await connection.CloseAsync();
        }

        await connection.CloseAsync();
        Assert.Equal((3, 1, 0), (pool.Statistics.Granted, pool.Statistics.Opened, pool.Statistics.InUse));
    }

    [Fact]
    public async Task What_a_connection_makes_belongs_to_it()
    {
        var (_, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        await using var batch = connection.CreateBatch();
        await using var transaction = await connection.BeginTransactionAsync();

        Assert.Same(connection, command.Connection);
        Assert.Same(connection, batch.Connection);
        Assert.Same(connection, transaction.Connection);
        Assert.Equal("NpgsqlConnection", connection.GetType().Name);
        Assert.Same(connection.CreateCommand().CreateParameter().GetType(), typeof(NpgsqlParameter));
    }

    [Fact]
    public async Task A_command_made_before_the_open_runs_in_each_session_of_its_connection()
    {
        var (pool, source) = await SourceAsync(2, 2);
        await using var connection = source.CreateConnection();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT pg_backend_pid()";
        await connection.OpenAsync();
        var first = await command.ExecuteScalarAsync();
        await connection.CloseAsync();
        Assert.Equal(PoolErrorKind.NotCheckedOut, (await Assert.ThrowsAsync<PoolException>(() => command.ExecuteScalarAsync())).Kind);

        await using var other = await pool.GetConnAsync();
        await connection.OpenAsync();

        Assert.Equal(await PidAsync(connection), await command.ExecuteScalarAsync());
        Assert.Equal(first, await PidAsync(other));
    }

    [Fact]
    public async Task A_transaction_of_an_earlier_open_does_not_touch_the_present_one()
    {
        var (_, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, "CREATE TABLE t (id int)");
        var stale = await connection.BeginTransactionAsync();
        await connection.CloseAsync();
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "INSERT INTO t VALUES (1)");

        await stale.DisposeAsync();
        Assert.Null(stale.Connection);
        await transaction.CommitAsync();

        Assert.Equal(1L, await ScalarAsync(connection, "SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_with_CloseConnection_closes_the_connection_and_keeps_the_session(bool isReadToItsEnd)
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 1000)";
        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
        {
            Assert.IsType<NpgsqlDataReader>(reader);
            while (await reader.ReadAsync() && isReadToItsEnd)
            {
            }

            Assert.Equal(ConnectionState.Open, connection.State);
        }

        Assert.Equal((ConnectionState.Closed, 0), (connection.State, pool.Statistics.InUse));
        await connection.OpenAsync();
        Assert.Equal((1, 0), (pool.Statistics.Opened, pool.Statistics.ClosedWhileLent));
    }

    [Fact]
    public async Task A_failed_command_with_CloseConnection_closes_the_connection()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT nothing FROM nowhere";

        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteReaderAsync(CommandBehavior.CloseConnection));

        Assert.Equal((ConnectionState.Closed, 0), (connection.State, pool.Statistics.InUse));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_left_open_is_closed_with_its_connection_and_costs_no_other_open(bool isSynchronous)
    {
        var (pool, source) = await SourceAsync(1, 1);
        for (var round = 0; round < 3; round++)
        {
            var connection = await source.OpenConnectionAsync();
            var command = connection.CreateCommand();
            command.CommandText = "SELECT generate_series(1, 1000)";
            var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            if (isSynchronous)
                connection.Dispose();
            else
                await connection.DisposeAsync();
            Assert.True(reader.IsClosed);
        }

        Assert.Equal((1, 0, 0), (pool.Statistics.Opened, pool.Statistics.ClosedUnusable, pool.Statistics.InUse));
    }

    [Fact]
    public async Task StateChange_tells_each_open_and_close()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        var changes = new List<(object, ConnectionState, ConnectionState)>();
        connection.StateChange += (sender, change) => changes.Add((sender, change.OriginalState, change.CurrentState));

        await connection.OpenAsync();
        await connection.CloseAsync();
        await connection.OpenAsync();
        await connection.DisposeAsync();

        (object, ConnectionState, ConnectionState) opened = (connection, ConnectionState.Closed, ConnectionState.Open);
        (object, ConnectionState, ConnectionState) closed = (connection, ConnectionState.Open, ConnectionState.Closed);
        Assert.Equal([opened, closed, opened, closed], changes);
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Fact]
    public async Task StateChange_tells_the_end_of_a_lease_by_force()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        var closed = new TaskCompletionSource<ConnectionState>();
        connection.StateChange += (_, change) => closed.TrySetResult(change.CurrentState);

        await pool.CloseAllAsync();

        Assert.Equal(ConnectionState.Closed, await closed.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task A_connection_whose_backend_was_killed_opens_again()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connection, "SELECT pg_terminate_backend(pg_backend_pid())"));
        Assert.Equal(ConnectionState.Closed, connection.State);

        await connection.OpenAsync();

        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
        Assert.Equal(1, pool.Statistics.InUse);
    }

    [Fact]
    public async Task The_pools_errors_come_from_the_open()
    {
        var (pool, source) = await SourceAsync(1, 1, settings => settings with { AcquireTimeout = TimeSpan.FromSeconds(0.2) });
        await using var connection = source.CreateConnection();
        await using (await pool.GetConnAsync())
        {
            var error = await Assert.ThrowsAsync<PoolException>(() => connection.OpenAsync());
            Assert.Equal((PoolErrorKind.Timeout, true), (error.Kind, error.IsTransient));
            Assert.IsAssignableFrom<NpgsqlException>(error);
            Assert.Equal(PoolErrorKind.Timeout, Assert.Throws<PoolException>(connection.Open).Kind);
            Assert.Equal(ConnectionState.Closed, connection.State);
        }

        await connection.OpenAsync();
    }

    [Fact]
    public async Task A_cancelled_open_gives_up_its_place()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        using var cancellation = new CancellationTokenSource();
        await using (await pool.GetConnAsync())
        {
            var open = connection.OpenAsync(cancellation.Token);
            await EventuallyAsync(() => pool.Statistics.Waiting == 1, "it waits");
            Assert.Equal(ConnectionState.Connecting, connection.State);
            await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => open);
        }

        await connection.OpenAsync();
        Assert.Equal((1, 0), (pool.Statistics.InUse, pool.Statistics.Waiting));
    }

    [Fact]
    public async Task A_connection_closed_while_it_opens_keeps_no_lease()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        Task open;
        await using (await pool.GetConnAsync())
        {
            open = connection.OpenAsync();
            await connection.CloseAsync();
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => open);
        Assert.Equal((0, ConnectionState.Closed), (pool.Statistics.InUse, connection.State));
    }

    [Fact]
    public async Task Synchronous_opens_of_many_threads_are_served_in_turn()
    {
        var (pool, source) = await SourceAsync(2, 2);
        var threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < 20; round++)
                {
                    using var connection = source.OpenConnection();
                    using var command = connection.CreateCommand();
                    command.CommandText = "SELECT 1";
                    Assert.Equal(1, command.ExecuteScalar());
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));

        await Task.WhenAll(threads).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((160, 0), (pool.Statistics.Granted, pool.Statistics.InUse));
    }

    [Fact]
    public async Task A_connection_string_of_the_same_server_database_and_user_may_be_set()
    {
        var (_, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        connection.ConnectionString = source.ConnectionString;
        connection.ConnectionString = ConnectionString;
        connection.ConnectionString = "";

        var error = Assert.Throws<NotSupportedException>(() => connection.ConnectionString = ConnectionString.Replace("Database=", "Database=other_", StringComparison.Ordinal));

        Assert.Contains("make a pool and a PooledDataSource for that", error.Message, StringComparison.Ordinal);
        Assert.Equal(source.ConnectionString, connection.ConnectionString);
    }

    [Fact]
    public async Task A_closed_connection_tells_where_it_will_go()
    {
        var (_, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        var closed = (connection.Database, connection.DataSource, connection.ConnectionString, connection.ConnectionTimeout);

        await connection.OpenAsync();

        Assert.Equal(closed, (connection.Database, connection.DataSource, connection.ConnectionString, connection.ConnectionTimeout));
        Assert.DoesNotContain("Password", connection.ConnectionString, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("15", connection.ServerVersion, StringComparison.Ordinal);
        Assert.NotEmpty(connection.GetSchema("Tables").Columns.Cast<object>());
    }

    [Fact]
    public async Task A_data_source_with_a_key_has_its_session_alone()
    {
        var pool = await StartAsync(2, 2);
        await using var source = new PooledDataSource(pool, "tenant");
        await using (var first = await source.OpenConnectionAsync())
        {
            Assert.Equal("tenant", ((IPooledDbConnection)first).Lease.Key);
            await ExecuteAsync(first, "CREATE TEMP TABLE mine ()");
            var second = source.OpenConnectionAsync();
            await EventuallyAsync(() => pool.Statistics.Waiting == 1, "the second waits for the key");
            await first.CloseAsync();
            await using var served = await second;
            Assert.Equal(0L, await ScalarAsync(served, "SELECT count(*) FROM mine"));
        }
    }

    [Fact]
    public async Task The_lease_of_a_connection_is_at_hand_while_it_is_open()
    {
        var (_, source) = await SourceAsync(1, 1);
        await using var connection = await source.OpenConnectionAsync();
        var lease = ((IPooledDbConnection)connection).Lease;
        Assert.Equal(await PidAsync(connection), lease.Npgsql.ProcessID);
        Assert.Same(lease, ((IPooledDbConnection)lease).Lease);

        await connection.CloseAsync();

        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => ((IPooledDbConnection)connection).Lease).Kind);
    }

    [Fact]
    public async Task A_command_of_the_data_source_borrows_for_its_run_alone()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var command = source.CreateCommand("SELECT generate_series(1, 3)");

        Assert.Equal(1, await command.ExecuteScalarAsync());
        await using (var reader = await command.ExecuteReaderAsync())
            Assert.True(await reader.ReadAsync());

        Assert.Equal((0, 1), (pool.Statistics.InUse, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_batch_of_the_data_source_borrows_for_its_run_alone()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var batch = source.CreateBatch();
        foreach (var text in new[] { "SELECT 1", "SELECT 2" })
        {
            var item = batch.CreateBatchCommand();
            item.CommandText = text;
            batch.BatchCommands.Add(item);
        }

        Assert.Equal(1, await batch.ExecuteScalarAsync());
        await using (var reader = await batch.ExecuteReaderAsync())
            Assert.True(await reader.NextResultAsync());

        Assert.Equal((0, 1), (pool.Statistics.InUse, pool.Statistics.Opened));
    }

    [Fact]
    public async Task A_forgotten_connection_is_taken_back()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await ForgetAsync(source);

        // Its reader makes no progress, and is given up after some seconds.
        await EventuallyAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return pool.Statistics is { Reclaimed: 1, Idle: 1 };
            },
            "its lease is taken back",
            TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(AmbientTransactions.Refuse)]
    [InlineData(AmbientTransactions.Ignore)]
    public async Task An_ambient_transaction_is_treated_as_set(AmbientTransactions setting)
    {
        var (_, source) = await SourceAsync(1, 1, settings => settings with { AmbientTransactions = setting });
        await using var connection = source.CreateConnection();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        if (setting == AmbientTransactions.Refuse)
        {
            Assert.Contains("TransactionScope", (await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync())).Message, StringComparison.Ordinal);
            return;
        }

        await connection.OpenAsync();
        connection.EnlistTransaction(Transaction.Current);
        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
    }

    [Fact]
    public async Task Code_that_gets_everything_from_the_provider_factory_runs()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var seed = source.CreateConnection();
        var factory = DbProviderFactories.GetFactory(seed)!;
        await using var connection = factory.CreateConnection()!;
        connection.ConnectionString = ConnectionString;
        await using var command = factory.CreateCommand()!;
        command.Connection = connection;
        command.CommandText = "SELECT @n + 1";
        var parameter = factory.CreateParameter()!;
        (parameter.ParameterName, parameter.Value) = ("n", 41);
        command.Parameters.Add(parameter);
        await connection.OpenAsync();

        Assert.Equal(42, await command.ExecuteScalarAsync());
        await connection.CloseAsync();
        Assert.Equal(0, pool.Statistics.InUse);
    }

    [Fact]
    public async Task A_leak_is_reported_with_its_place_in_the_application()
    {
        var (_, source) = await SourceAsync(1, 1, settings => settings with { LeakWarningAfter = TimeSpan.FromSeconds(0.2) });

        await EventFilter.Warning(new Regex($@"{nameof(PooledDataSourceTests)}\.cs:[1-9]\d*, through a PooledDataSource")).ExpectOneAsync(
            TimeSpan.FromSeconds(10),
            async () => Keep(await source.OpenConnectionAsync()));
    }

    [Fact]
    public async Task A_disposed_connection_or_data_source_opens_nothing()
    {
        var (pool, source) = await SourceAsync(1, 1);
        var connection = source.CreateConnection();
        await connection.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.OpenAsync());
        var other = source.CreateConnection();

        await source.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.OpenAsync());
        Assert.Throws<ObjectDisposedException>(source.CreateConnection);
        await using var lease = await pool.GetConnAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(PooledDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        connection.StateChange += (_, _) => { };
        await connection.BeginTransactionAsync();
        var command = connection.CreateCommand();
        command.CommandText = "SELECT generate_series(1, 3)";
        Assert.True(await (await command.ExecuteReaderAsync(CommandBehavior.CloseConnection)).ReadAsync());
    }

    private async Task<(ConnectionPool Pool, PooledDataSource Source)> SourceAsync(int min, int max, Func<PoolSettings, PoolSettings>? change = null)
    {
        var pool = await StartAsync(min, max, change);
        return (pool, new PooledDataSource(pool));
    }
}
