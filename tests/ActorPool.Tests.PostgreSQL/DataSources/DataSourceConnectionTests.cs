using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.PostgreSQL.DataSources;

/// <summary>A connection of a data source in hands that do unusual things with it.</summary>
public sealed class DataSourceConnectionTests : PoolTest
{
    [Fact]
    public async Task A_transaction_that_is_over_has_no_effect_on_a_command_in_any_session()
    {
        var (pool, source) = await SourceAsync(2, 2);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT pg_backend_pid()";
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            command.Transaction = transaction;
            await command.ExecuteScalarAsync();
            await transaction.CommitAsync();
        }

        var same = await command.ExecuteScalarAsync();
        await connection.CloseAsync();
        await using var other = await pool.GetConnAsync();
        await connection.OpenAsync();

        Assert.NotEqual(same, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_handler_may_close_the_connection_that_just_opened()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Open)
                connection.Close();
        };

        await connection.OpenAsync();

        Assert.Equal((ConnectionState.Closed, 0), (connection.State, pool.Statistics.InUse));
    }

    [Fact]
    public async Task A_handler_that_opens_the_connection_again_after_a_loss_borrows_once()
    {
        var (pool, source) = await SourceAsync(2, 2);
        await using var connection = await source.OpenConnectionAsync();
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Closed && pool.Statistics.Granted == 1)
                connection.Open();
        };
        await Assert.ThrowsAnyAsync<DbException>(() => ExecuteAsync(connection, "SELECT pg_terminate_backend(pg_backend_pid())"));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());

        Assert.Equal("The connection is already open.", error.Message);
        Assert.Equal((ConnectionState.Open, 2, 1), (connection.State, pool.Statistics.Granted, pool.Statistics.InUse));
        Assert.Equal(1, await ScalarAsync(connection, "SELECT 1"));
    }

    [Fact]
    public async Task A_handler_that_opens_the_connection_again_at_once_leaves_it_opening()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        PooledConnection? lease = null;
        Task? again = null;
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState != ConnectionState.Open || again is not null)
                return;
            connection.Close();
            lease = pool.GetConnAsync().AsTask().GetAwaiter().GetResult();
            again = connection.OpenAsync();
        };

        await connection.OpenAsync();

        Assert.Equal(ConnectionState.Connecting, connection.State);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        await lease!.DisposeAsync();
        await again!;
        Assert.Equal((ConnectionState.Open, 1), (connection.State, pool.Statistics.InUse));
    }

    [Fact]
    public async Task Errors_of_asynchronous_members_come_in_their_tasks()
    {
        var (_, source) = await SourceAsync(1, 1);
        var connection = await source.OpenConnectionAsync();
        var lease = ((IPooledDbConnection)connection).Lease;
        var transaction = await connection.BeginTransactionAsync();
        var (command, batch) = (connection.CreateCommand(), connection.CreateBatch());
        await connection.CloseAsync();

        // A call that throws by itself would fail here.
        Task[] calls =
        [
            connection.BeginTransactionAsync().AsTask(), connection.GetSchemaAsync(), connection.GetSchemaAsync("Tables"), connection.ChangeDatabaseAsync("other"),
            lease.BeginTransactionAsync().AsTask(), lease.GetSchemaAsync(), lease.ChangeDatabaseAsync("other"), lease.OpenAsync(),
            command.ExecuteNonQueryAsync(), command.ExecuteReaderAsync(), command.PrepareAsync(), batch.ExecuteNonQueryAsync(), batch.PrepareAsync(),
            transaction.SaveAsync("s"), transaction.RollbackAsync("s"), transaction.ReleaseAsync("s"), transaction.CommitAsync(), transaction.RollbackAsync(),
        ];

        foreach (var call in calls)
            Assert.NotNull(await Record.ExceptionAsync(() => call));
    }

    [Fact]
    public async Task Synchronous_calls_end_on_a_thread_whose_context_runs_nothing()
    {
        await using var simple = await SimpleConnectionPool.StartAsync(Settings(0, 1));
        foreach (var pool in new IConnectionPool[] { await StartAsync(0, 1), simple })
        {
            var work = Task.Factory.StartNew(() => UseSynchronously(pool), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await work.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task A_closed_connection_keeps_nothing_of_its_leases()
    {
        var (pool, source) = await SourceAsync(1, 1);
        await using var connection = source.CreateConnection();
        connection.StateChange += (_, _) => { };
        var kept = OnAnotherStack(connection);

        await CollectUntilAsync(() => kept.TrueForAll(one => !one.IsAlive), "the lease, the transaction and the command are collected");

        Assert.Equal((ConnectionState.Closed, 0), (connection.State, pool.Statistics.InUse));
    }

    private static void UseSynchronously(IConnectionPool pool)
    {
        SynchronizationContext.SetSynchronizationContext(new DeadContext());
        using var source = new PooledDataSource(pool);
        using (var connection = source.OpenConnection())
        using (var command = connection.CreateCommand())
        {
            using var transaction = connection.BeginTransaction();
            command.CommandText = "SELECT 1";
            using (var reader = command.ExecuteReader(CommandBehavior.SequentialAccess))
                Assert.True(reader.Read());
            transaction.Commit();
            connection.Close();
            connection.OpenAsync().GetAwaiter().GetResult();
            Assert.Equal(1, command.ExecuteScalarAsync().GetAwaiter().GetResult());
        }

        using var alone = source.CreateCommand("SELECT 1");
        Assert.Equal(1, alone.ExecuteScalar());
        Assert.Equal(1, alone.ExecuteScalarAsync().GetAwaiter().GetResult());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> OnAnotherStack(DbConnection connection) => Task.Run(() =>
    {
        connection.Open();
        var lease = ((IPooledDbConnection)connection).Lease;
        var transaction = connection.BeginTransaction();
        var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        using (var reader = command.ExecuteReader(CommandBehavior.CloseConnection))
            Assert.True(reader.Read());
        connection.Close();
        return new List<WeakReference> { new(lease), new(transaction), new(command) };
    }).GetAwaiter().GetResult();

    private async Task<(ConnectionPool Pool, PooledDataSource Source)> SourceAsync(int min, int max)
    {
        var pool = await StartAsync(min, max);
        return (pool, new PooledDataSource(pool));
    }

    /// <summary>As the context of a window whose thread waits: what is posted to it never runs.</summary>
    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
