using System.Data;
using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;
using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing;

/// <summary>What the function may return, and whose its connections are.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task A_closed_connection_is_opened_once_and_closed_with_the_pool()
    {
        var connection = new FakeConnection();
        await using var pool = new TestConnectionPool(() => connection);
        Assert.Equal(ConnectionState.Closed, connection.State);

        for (var i = 0; i < 3; i++)
        {
            await using var lease = await pool.GetConnAsync();
            Assert.Equal(ConnectionState.Open, lease.State);
        }

        Assert.Equal((1, 0), (connection.Opens, connection.Closes));
        await pool.DisposeAsync();
        Assert.Equal((1, 1), (connection.Opens, connection.Closes));
    }

    [Fact]
    public async Task An_open_connection_is_the_tests_own_and_is_never_closed()
    {
        using var database = Sqlite.Open();
        await using var pool = new TestConnectionPool(() => database);
        await using (var first = await pool.GetConnAsync())
        await using (var second = await pool.GetConnAsync())
            Assert.NotSame(first, second);
        await pool.PutConnAsync(await pool.GetConnAsync(), close: true);
        await using (await pool.GetConnAsync())
            await pool.CloseAllAsync();

        Assert.Equal(ConnectionState.Open, database.State);
        Assert.Equal(100, database.Balance(1));
    }

    [Fact]
    public async Task A_closed_connection_returned_twice_is_closed_after_its_last_use()
    {
        var connection = new FakeConnection();
        await using var pool = new TestConnectionPool(() => connection);
        var (first, second) = (await pool.GetConnAsync(), await pool.GetConnAsync());

        await pool.PutConnAsync(first, close: true);
        Assert.Equal(ConnectionState.Open, second.State);

        await pool.PutConnAsync(second, close: true);
        Assert.Equal((1, ConnectionState.Closed), (connection.Closes, connection.State));
    }

    [Fact]
    public async Task A_returned_connection_is_lent_again_with_its_data()
    {
        await using var pool = new TestConnectionPool(() => new SqliteConnection("Data Source=:memory:"));
        await using (var lease = await pool.GetConnAsync())
            await RunAsync(lease, "CREATE TABLE t (x INT)");
        await using (var lease = await pool.GetConnAsync())
            await RunAsync(lease, "INSERT INTO t VALUES (1)");

        Assert.Equal(1, pool.Statistics.Open);
    }

    [Fact]
    public async Task Null_from_the_function_is_a_failed_connect_that_says_so()
    {
        await using var pool = new TestConnectionPool(() => null!);

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Contains("the function that was given to TestConnectionPool made no open connection", error.Message, StringComparison.Ordinal);
        Assert.Contains("It returned null", error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_function_is_the_cause_and_the_next_request_tries_again()
    {
        var calls = 0;
        await using var pool = new TestConnectionPool(() => calls++ < 2 ? throw new InvalidDataException("broken") : new FakeConnection());

        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync(i));
            Assert.Equal((PoolErrorKind.ConnectFailed, "broken"), (error.Kind, error.InnerException!.Message));
        }

        await using var lease = await pool.GetConnAsync();
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_failed_connect_is_refused_while_other_connections_are_lent()
    {
        var calls = 0;
        await using var pool = new TestConnectionPool(() => calls++ > 0 ? throw new InvalidDataException("broken") : new FakeConnection());
        await using var lease = await pool.GetConnAsync();

        var second = pool.GetConnAsync();

        Assert.True(second.IsFaulted);
        Assert.Equal(PoolErrorKind.ConnectFailed, (await Assert.ThrowsAsync<PoolException>(async () => await second)).Kind);
    }

    [Fact]
    public async Task A_fake_that_does_not_tell_that_it_is_open_is_refused()
    {
        await using var pool = new TestConnectionPool(() => new FakeConnection { HidesItsState = true });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Contains("whose State is Closed after Open", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_of_two_drivers_in_one_pool_are_refused()
    {
        var calls = 0;
        await using var pool = new TestConnectionPool(() => calls++ == 0 ? new FakeConnection() : Sqlite.Open());
        await using var lease = await pool.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Contains("one TestConnectionPool for each driver", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_calls_its_pool_is_told_instead_of_hanging()
    {
        TestConnectionPool pool = null!;
        pool = new TestConnectionPool(() => new FakeConnection { Opening = () => Assert.Empty(pool.Lent) });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.GetConnAsync());

        Assert.Contains("called the pool while the pool opened", error.Message, StringComparison.Ordinal);
        await pool.DisposeAsync();
    }

    [Fact]
    public async Task A_fake_answers_for_the_connection_that_is_lent()
    {
        var number = 0;
        await using var pool = new TestConnectionPool(() => new FakeConnection(++number));
        await using var first = await pool.GetConnAsync();
        await using var second = await pool.GetConnAsync();
        await using var command = second.CreateCommand();
        command.CommandText = "a";
        command.Parameters.Add(command.CreateParameter());

        Assert.Equal("2: a, 1 parameters", command.ExecuteScalar());
        command.Connection = first;
        Assert.Equal("1: a, 1 parameters", await command.ExecuteScalarAsync());
    }

    private static async Task RunAsync(PooledConnection lease, string sql)
    {
        await using var command = lease.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
