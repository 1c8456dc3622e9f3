using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Driver.Internals;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver.Statements;

/// <summary>A test of statements on one connection of the pool, without the pool.</summary>
public abstract class StatementTest : PoolTest
{
    /// <summary>The text of a failing statement.</summary>
    protected const string DividesByZero = "SELECT 1 / 0";

    /// <summary>Opens a connection on which several statements are sent together, or one at a time without the internals.</summary>
    internal async Task<IPhysicalConnection> OpenAsync(DriverAccess access = DriverAccess.Internals, string more = "", Func<PoolSettings, PoolSettings>? change = null)
    {
        var settings = Settings(0, 1, settings => settings with { ConnectionString = $"{ConnectionString};{more}" });
        settings = change?.Invoke(settings) ?? settings;
        var source = Keep(NpgsqlSource.Create(settings, access == DriverAccess.Internals ? NpgsqlInternals.TryCreate(out _) : null));
        var connection = source.Create();
        await connection.OpenAsync();
        Keep(new Closed(connection));
        return connection;
    }

    internal static RecordedStatement Select(string sql, params object?[] parameters) =>
        new(Statement.Of(sql, parameters)) { OnRow = reader => reader.IsDBNull(0) ? "null" : reader.GetValue(0) };

    internal static RecordedStatement Execute(string sql, params object?[] parameters) => new(Statement.Of(sql, parameters));

    internal static RecordedStatement Group(params string[] sql) => new([.. sql.Select(text => Statement.Of(text))]);

    internal static async Task<ReturnCondition> RunAsync(IPhysicalConnection connection, params RecordedStatement[] statements)
    {
        var batch = new StatementBatch();
        batch.Statements.AddRange(statements);
        return await connection.RunAsync(batch);
    }

    /// <summary>Runs the statements on an intact connection. The result is what their callers were told.</summary>
    internal static async Task<string[]> ToldAsync(IPhysicalConnection connection, params RecordedStatement[] statements)
    {
        await RunAsync(connection, statements);
        return [.. statements.Select(statement => statement.Told)];
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var own = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await own.OpenAsync();
        await ExecuteAsync(own, sql);
    }

    private sealed class Closed(IPhysicalConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await connection.AbortAsync();
    }
}
