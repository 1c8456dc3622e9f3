using System.Data.Common;
using ActorPool.TestSupport;
using ActorPool.ThrowawayPostgres;
using Akka.TestKit.Xunit2;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A test with an actor system, an empty database and a view on its backends.</summary>
public abstract class PoolTest : TestKit, IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _ends = [];

    protected PoolTest()
        : base("akka.loglevel = WARNING, akka.test.timefactor = 3")
    {
    }

    protected string ConnectionString { get; private set; } = "";

    protected Backends Backends { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        ConnectionString = await Server.TakeDatabaseAsync();
        Backends = await Backends.OfDatabaseAsync(ConnectionString);
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var end in Enumerable.Reverse(_ends))
            await end.DisposeAsync();
        await Backends.DisposeAsync();
        await Sys.Terminate();
        await Server.ReturnDatabaseAsync(ConnectionString);
    }

    /// <summary>Settings for the test's database, with the name of the next pool.</summary>
    protected PoolSettings Settings(int min, int max, Func<PoolSettings, PoolSettings>? change = null)
    {
        var settings = new PoolSettings(ConnectionString, min, max) { Name = $"pool{_ends.Count}" };
        return change?.Invoke(settings) ?? settings;
    }

    protected Task<ConnectionPool> StartAsync(int min, int max, Func<PoolSettings, PoolSettings>? change = null) => StartAsync(Settings(min, max, change));

    protected async Task<ConnectionPool> StartAsync(PoolSettings settings) => Keep(await ConnectionPool.StartAsync(Sys, settings));

    /// <summary>Disposed at the end of the test, the last one first.</summary>
    protected T Keep<T>(T owned)
        where T : IAsyncDisposable
    {
        _ends.Add(owned);
        return owned;
    }

    /// <summary>A server that the test may stop, start and fill. It is removed after the pools.</summary>
    protected async Task<PostgresServer> StartServerAsync(PostgresServerOptions? options = null)
    {
        var server = await PostgresServer.StartAsync(options);
        _ends.Add(server);
        Assert.True(server.IsThrowaway, "A server given from outside cannot be stopped: run this test without one.");
        return server;
    }

    protected static async Task<int> PidAsync(DbConnection connection) => (int)(await ScalarAsync(connection, "SELECT pg_backend_pid()"))!;

    protected static async Task<object?> ScalarAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    protected static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Borrows every connection of the pool at the same time. The result is their backends.</summary>
    protected static async Task<int[]> UseAllAsync(ConnectionPool pool, int count)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => pool.GetConnAsync().AsTask()));
        var pids = await Task.WhenAll(all.Select(PidAsync));
        foreach (var connection in all)
            await connection.DisposeAsync();
        Assert.Equal(count, pids.Distinct().Count());
        return [.. pids.Order()];
    }

    /// <summary>Runs the garbage collector until something observable becomes true.</summary>
    protected static Task CollectUntilAsync(Func<bool> condition, string what, bool waitForFinalizers = true) => EventuallyAsync(
        () =>
        {
            GC.Collect();
            if (waitForFinalizers)
                GC.WaitForPendingFinalizers();
            return condition();
        },
        what);

    /// <summary>Waits for the observable, for less than the default connect-timeout and acquire-timeout.</summary>
    protected static Task EventuallyAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        Until.TrueAsync(condition, what, within ?? TimeSpan.FromSeconds(12));
}
