using Npgsql;

namespace ActorPool.ThrowawayPostgres;

/// <summary>An existing server, found by a given connection string.</summary>
internal sealed class ExistingServer
{
    private ExistingServer(string connectionString, string givenBy)
    {
        ConnectionString = connectionString;
        var address = Parse(connectionString, givenBy);
        Description = $"the existing server at {address.Host ?? "localhost"}:{address.Port} ({givenBy})";
    }

    public string ConnectionString { get; }

    public string Description { get; }

    public static ExistingServer? Find(PostgresServerOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.ConnectionString))
            return new ExistingServer(options.ConnectionString, "connection string of the options");

        if (options.AlwaysThrowaway)
            return null;
        var fromEnvironment = Environment.GetEnvironmentVariable(PostgresServer.EnvironmentVariable);
        return string.IsNullOrWhiteSpace(fromEnvironment)
            ? null
            : new ExistingServer(fromEnvironment, PostgresServer.EnvironmentVariable);
    }

    /// <summary>It answers, and has the version that was asked for, if any.</summary>
    public async Task CheckAsync(int? version, CancellationToken cancellationToken)
    {
        var probe = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false };
        using var connection = new NpgsqlConnection(probe.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (version is { } asked && connection.PostgreSqlVersion.Major is var found && found != asked)
            {
                throw new PostgresUnavailableException(
                    $"Cannot use {Description}: it is PostgreSQL {found}, and the options ask for {asked}. "
                    + $"Name another server, or set {nameof(PostgresServerOptions.AlwaysThrowaway)}.");
            }
        }
        catch (NpgsqlException e)
        {
            throw new PostgresUnavailableException(
                $"Cannot use {Description}: {e.Message.TrimEnd('.')}. "
                + "Start that server, correct the connection string, or leave it out to get a throwaway server.",
                e);
        }
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString, string givenBy)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Without the text and the driver's message: both may contain a password.
            throw new PostgresUnavailableException(
                $"The {givenBy} is not an Npgsql connection string ({e.GetType().Name}). Its form is 'Host=...;Username=...;Database=...'.");
        }
    }
}
