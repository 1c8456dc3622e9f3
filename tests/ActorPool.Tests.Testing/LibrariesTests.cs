using System.Data;
using System.Data.Common;
using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;
using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing;

/// <summary>Code for PostgreSQL runs on another driver: leases and the data source, with ADO.NET and Dapper.</summary>
public sealed class LibrariesTests : IAsyncLifetime
{
    private readonly SqliteConnection _database = Sqlite.Open();
    private readonly TestConnectionPool _pool;
    private readonly PooledDataSource _source;

    public LibrariesTests()
    {
        _pool = new TestConnectionPool(() => _database);
        _source = new PooledDataSource(_pool);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Assert.Empty(_pool.Lent);
        await _source.DisposeAsync();
        await _pool.DisposeAsync();
        await _database.DisposeAsync();
    }

    // PostgreSQL has one transaction at a time in a session, and no command needs to name it. Other drivers insist on the name.
    [Fact]
    public async Task A_command_runs_in_the_transaction_of_its_lease_without_naming_it()
    {
        await using (var lease = await _pool.GetConnAsync())
        {
            await using var command = lease.CreateCommand();
            command.CommandText = "UPDATE accounts SET balance = balance + 1 WHERE id = 1";
            await command.ExecuteNonQueryAsync();
            await using (var transaction = await lease.BeginTransactionAsync())
            {
                await command.ExecuteNonQueryAsync();
                await lease.ExecuteAsync("UPDATE accounts SET balance = 0 WHERE id = 2");
                await transaction.RollbackAsync();
            }

            await using (var transaction = await lease.BeginTransactionAsync())
            {
                command.Transaction = transaction;
                await command.ExecuteNonQueryAsync();
                await transaction.CommitAsync();
            }

            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal((103, 100), (_database.Balance(1), _database.Balance(2)));
    }

    [Fact]
    public async Task What_was_left_uncommitted_is_rolled_back_on_return()
    {
        await using (var lease = await _pool.GetConnAsync())
        {
            await lease.BeginTransactionAsync();
            await lease.ExecuteAsync("UPDATE accounts SET balance = 0");
        }

        Assert.Equal(100, _database.Balance(1));
    }

    [Fact]
    public async Task Dapper_opens_and_closes_a_connection_of_the_data_source()
    {
        await using var connection = _source.CreateConnection();

        Assert.Equal(200, await connection.ExecuteScalarAsync<int>("SELECT sum(balance) FROM accounts"));
        Assert.Equal([1, 2], await connection.QueryAsync<int>("SELECT id FROM accounts WHERE balance > @least ORDER BY id", new { least = 50 }));
        Assert.Equal(100, connection.QueryFirst<int>("SELECT balance FROM accounts"));
        await using (var results = await connection.QueryMultipleAsync("SELECT 1; SELECT 2"))
            Assert.Equal((1, 2), (await results.ReadSingleAsync<int>(), await results.ReadSingleAsync<int>()));
        foreach (var id in connection.Query<int>("SELECT id FROM accounts", buffered: false))
        {
            Assert.Equal(1, id);
            break;
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Empty(_pool.Lent);
        Assert.Equal(1, _pool.Statistics.Open);
    }

    [Fact]
    public async Task A_transaction_of_the_data_source_spans_its_commands()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await connection.ExecuteAsync("UPDATE accounts SET balance = balance - 40 WHERE id = 1", transaction: transaction);
        await connection.ExecuteAsync("UPDATE accounts SET balance = balance + 40 WHERE id = 2", transaction: transaction);
        await transaction.CommitAsync();

        Assert.Same(connection, Assert.IsAssignableFrom<IPooledDbConnection>(connection));
        Assert.Equal((60, 140), (_database.Balance(1), _database.Balance(2)));
    }

    [Fact]
    public async Task A_reader_that_closes_the_connection_returns_its_lease()
    {
        await using var lease = await _pool.GetConnAsync();
        await using var command = lease.CreateCommand();
        command.CommandText = "SELECT id, balance FROM accounts ORDER BY id";

        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal((1, 100L, "balance"), (reader.GetInt32(0), reader.GetFieldValue<long>(1), reader.GetName(1)));
            Assert.Single(_pool.Lent);
        }

        Assert.Empty(_pool.Lent);
        Assert.Equal(ConnectionState.Closed, lease.State);
    }

    [Fact]
    public async Task A_data_adapter_fills_a_table()
    {
        await using var lease = await _pool.GetConnAsync();
        var factory = DbProviderFactories.GetFactory(lease)!;
        using var adapter = factory.CreateDataAdapter()!;
        await using var select = lease.CreateCommand();
        select.CommandText = "SELECT * FROM accounts";
        adapter.SelectCommand = select;
        using var table = new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture };

        Assert.Equal(2, adapter.Fill(table));
    }

    [Fact]
    public async Task Connections_of_a_data_source_with_a_key_take_turns()
    {
        var keyed = new PooledDataSource(_pool, "tenant-7");
        var first = await keyed.OpenConnectionAsync();
        var second = keyed.OpenConnectionAsync().AsTask();
        Assert.False(second.IsCompleted);

        await first.CloseAsync();

        await (await second).CloseAsync();
    }

    [Fact]
    public async Task A_driver_without_batches_says_so()
    {
        await using var lease = await _pool.GetConnAsync();

        Assert.False(lease.CanCreateBatch);
        Assert.Contains("has no batches", Assert.Throws<NotSupportedException>(lease.CreateBatch).Message, StringComparison.Ordinal);
    }
}
