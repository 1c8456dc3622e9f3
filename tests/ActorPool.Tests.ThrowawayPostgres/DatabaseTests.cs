using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using Npgsql;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>Databases for single tests, at a server that serves many.</summary>
public sealed class DatabaseTests(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly PostgresServer _server = running.Server;

    [Fact]
    public async Task A_new_database_is_empty_and_gone_after_its_dispose()
    {
        var database = await _server.CreateDatabaseAsync();

        Assert.Matches("^test_[0-9a-f]{12}$", database.Name);
        Assert.Equal(database.Name, await Sql.AskAsync(database.ConnectionString, "SELECT current_database()"));
        Assert.Equal("0", await Sql.AskAsync(database.ConnectionString, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        await database.DisposeAsync();
        await database.DisposeAsync();

        Assert.False(await ExistsAsync(database.Name));
        var error = Assert.Throws<ObjectDisposedException>(() => database.ConnectionString);
        Assert.Contains($"The database {database.Name} was dropped.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Databases_are_created_and_dropped_at_the_same_time()
    {
        var names = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            await using var database = await _server.CreateDatabaseAsync();
            await Sql.AskAsync(database.ConnectionString, "CREATE TABLE same_name (id int)");
            return database.Name;
        }));

        Assert.Equal(12, names.Distinct().Count());
        foreach (var name in names)
            Assert.False(await ExistsAsync(name));
    }

    [Fact]
    public async Task A_database_is_dropped_with_the_sessions_that_a_test_left_open()
    {
        var database = await _server.CreateDatabaseAsync();
        await using var busy = await Sql.OpenAsync(database.ConnectionString);
        await Sql.AskAsync(busy, "BEGIN");

        await database.DisposeAsync();

        var end = await Assert.ThrowsAsync<PostgresException>(() => Sql.AskAsync(busy, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, end.SqlState);
        Assert.False(await ExistsAsync(database.Name));
    }

    [Fact]
    public async Task A_copy_has_the_tables_of_its_template_whose_sessions_are_idle_in_a_pool()
    {
        await using var template = await _server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(template.ConnectionString);
        await using (var command = source.CreateCommand("CREATE TABLE numbers AS SELECT 42 AS answer"))
            await command.ExecuteNonQueryAsync();

        await using var first = await _server.CreateDatabaseAsync(template);
        await using var second = await _server.CreateDatabaseAsync(template);
        await Sql.AskAsync(first.ConnectionString, "DELETE FROM numbers");

        Assert.Equal("42", await Sql.AskAsync(second.ConnectionString, "SELECT answer FROM numbers"));
    }

    [Fact]
    public async Task A_template_in_use_is_not_copied_and_the_error_says_what_to_do()
    {
        await using var template = await _server.CreateDatabaseAsync();
        await using var busy = await Sql.OpenAsync(template.ConnectionString);
        await Sql.AskAsync(busy, "BEGIN");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _server.CreateDatabaseAsync(template));

        Assert.Contains($"The database {template.Name} cannot be copied while it is in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("Dispose the connections to it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_was_dropped_or_is_of_another_server_is_refused()
    {
        var template = await _server.CreateDatabaseAsync();
        await using var other = await PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = _server.ConnectionString });

        await Assert.ThrowsAsync<ArgumentException>(() => other.CreateDatabaseAsync(template));
        await template.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _server.CreateDatabaseAsync(template));
    }

    [Fact]
    public async Task An_existing_server_gives_databases_too_and_loses_them_after_its_dispose()
    {
        var existing = await PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = _server.ConnectionString + ";Application Name=mine" });
        var database = await existing.CreateDatabaseAsync();
        Assert.Equal("mine", await Sql.AskAsync(database.ConnectionString, "SHOW application_name"));

        await existing.DisposeAsync();
        await database.DisposeAsync();

        Assert.False(await ExistsAsync(database.Name));
    }

    [Fact]
    public async Task A_stopped_server_creates_no_database_and_says_why()
    {
        await using var server = await PostgresServer.StartAsync();
        var before = await server.CreateDatabaseAsync();
        await server.StopAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => server.CreateDatabaseAsync());

        Assert.Equal("No database can be created while the server is stopped. StartAgainAsync starts it.", error.Message);
        await before.DisposeAsync();
    }

    private async Task<bool> ExistsAsync(string name) =>
        await Sql.AskAsync(_server.ConnectionString, $"SELECT count(*) FROM pg_database WHERE datname = '{name}'") != "0";
}
