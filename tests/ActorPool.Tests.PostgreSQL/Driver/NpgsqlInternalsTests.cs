using ActorPool.Driver;
using ActorPool.Driver.Internals;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>An update of Npgsql that moves an internal member fails here, instead of making the pool slower in production.</summary>
public sealed class NpgsqlInternalsTests : PoolTest
{
    [Fact]
    public void All_internals_are_found_in_the_referenced_Npgsql()
    {
        Assert.NotNull(NpgsqlInternals.TryCreate(out var reason));
        Assert.Null(reason);
    }

    [Fact]
    public async Task The_internals_for_statements_are_found_and_work()
    {
        await using var connection = await OpenAsync();

        Assert.Equal(true, await StatementInternals.Known!.VerifyAsync(connection));

        Assert.True(NpgsqlInternals.TryCreate(out _)!.Verify(connection));
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_between_says_nothing_of_the_internals_for_statements()
    {
        await using var connection = await OpenAsync();
        await Backends.TerminateAsync();

        Assert.Null(await StatementInternals.Known!.VerifyAsync(connection));
    }

    [Fact]
    public async Task The_internals_of_an_open_connection_have_the_expected_values()
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        await using var connection = await OpenAsync();

        Assert.True(internals.Verify(connection));
        Assert.True(internals.IsOutsideTransaction(connection));
        Assert.True(internals.SocketOf(connection)!.Connected);
        Assert.False(connection.FullState.HasFlag(System.Data.ConnectionState.Executing));
    }

    [Theory]
    [InlineData("BEGIN")]
    [InlineData("BEGIN; SELECT 1")]
    [InlineData("START TRANSACTION ISOLATION LEVEL SERIALIZABLE")]
    public async Task The_internals_show_a_transaction_of_SQL(string begin)
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(begin, connection);
        await command.ExecuteNonQueryAsync();

        Assert.False(internals.IsOutsideTransaction(connection));
    }

    [Fact]
    public async Task The_internals_show_a_failed_transaction_and_an_unsent_transaction()
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.False(internals.IsOutsideTransaction(connection));

        await using var command = new NpgsqlCommand("SELECT 1 / 0", connection, transaction);
        await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.False(internals.IsOutsideTransaction(connection));

        await transaction.RollbackAsync();
        Assert.True(internals.IsOutsideTransaction(connection));
    }

    [Fact]
    public async Task The_internals_of_a_closed_connection_show_nothing()
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        await using var connection = await OpenAsync();
        await connection.CloseAsync();

        Assert.False(internals.Verify(connection));
        Assert.Null(internals.SocketOf(connection));
        Assert.False(internals.PrependReset(connection, FullReset.For(new Version(15, 0))));
        Assert.False(internals.CancelAtServer(connection));
        internals.Detach(connection);
    }

    [Fact]
    public async Task A_running_query_is_ended_at_the_server()
    {
        var internals = NpgsqlInternals.TryCreate(out _)!;
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_sleep(60)", connection);
        var query = command.ExecuteNonQueryAsync();
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'active' AND wait_event = 'PgSleep'"));

        Assert.True(internals.CancelAtServer(connection));

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => query);
        Assert.Equal(1, await Backends.WaitForAsync(1, "state = 'idle'"));
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
