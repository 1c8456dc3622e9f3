using System.Globalization;
using ActorPool.Tests.ThrowawayPostgres.Support;
using ActorPool.ThrowawayPostgres;
using ActorPool.ThrowawayPostgres.Clusters;

namespace ActorPool.Tests.ThrowawayPostgres;

/// <summary>A server that is given, and left as it is.</summary>
public sealed class ExistingServerTests(RunningServer existing) : IClassFixture<RunningServer>
{
    private readonly string _connectionString = existing.Server.ConnectionString + ";Password=secret";

    [Fact]
    public async Task A_given_server_is_used_and_never_stopped()
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = _connectionString });

        Assert.False(server.IsThrowaway);
        Assert.Equal(_connectionString, server.ConnectionString);
        Assert.StartsWith("the existing server at 127.0.0.1:", server.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", server.Description, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.StopAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(server.StartAgainAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.RestartAsync());

        await server.DisposeAsync();
        Assert.Equal("1", await Sql.AskAsync(_connectionString, "SELECT 1"));
    }

    [LinuxFact]
    public async Task The_environment_variable_names_a_server_too()
    {
        using var parent = ParentProcess.Start(_connectionString);
        Assert.Equal(_connectionString, await parent.ConnectionStringAsync());

        await parent.KillAsync();

        Assert.Equal("1", await Sql.AskAsync(_connectionString, "SELECT 1"));
    }

    [Fact]
    public async Task The_error_of_an_unreachable_server_does_not_quote_the_password()
    {
        var unreachable = $"Host=127.0.0.1;Port={FreePort.Next()};Username=postgres;Password=secret";

        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(
            () => PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = unreachable }));

        Assert.Contains("Cannot use the existing server at 127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_server_of_another_version_is_refused()
    {
        var found = int.Parse((await Sql.AskAsync(_connectionString, "SHOW server_version")).Split('.')[0], CultureInfo.InvariantCulture);
        var options = new PostgresServerOptions { ConnectionString = _connectionString, Version = found + 1 };

        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(() => PostgresServer.StartAsync(options));

        Assert.Contains($"it is PostgreSQL {found}, and the options ask for {found + 1}", error.Message, StringComparison.Ordinal);
        await using var server = await PostgresServer.StartAsync(options with { Version = found });
    }

    [Fact]
    public async Task A_text_that_is_no_connection_string_is_refused()
    {
        var error = await Assert.ThrowsAsync<PostgresUnavailableException>(
            () => PostgresServer.StartAsync(new PostgresServerOptions { ConnectionString = "Hots=here" }));

        Assert.Contains("is not an Npgsql connection string", error.Message, StringComparison.Ordinal);
    }
}
