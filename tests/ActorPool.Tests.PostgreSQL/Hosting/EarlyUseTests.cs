using System.Transactions;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Tests.PostgreSQL.Hosting;

/// <summary>An injected pool that is used before the actor system has started it.</summary>
public sealed class EarlyUseTests : HostTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_worker_registered_before_AddAkka_gets_its_connection_when_the_pool_has_started()
    {
        using var host = await RunAsync(
            akka => akka.WithConnectionPool(ConnectionString),
            services => services.AddConnectionPool().AddSingleton<Worker>().AddHostedService(provider => provider.GetRequiredService<Worker>()));

        Assert.Equal(1, await host.Services.GetRequiredService<Worker>().Answer.Task.WaitAsync(Soon));
    }

    [Fact]
    public async Task Every_call_before_the_start_waits_for_the_pool()
    {
        using var host = Build(akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool<Worker>("reports"), services => services.AddConnectionPool("reports"));
        var pool = host.Services.GetRequiredKeyedService<IConnectionPool>("reports");
        Assert.Equal(("reports", 2, 0), (pool.Statistics.Name, pool.Statistics.Max, pool.Statistics.Open));

        var byKey = pool.GetConnAsync("k").AsTask();
        var byToken = pool.GetConnAsync(CancellationToken.None).AsTask();
        await host.StartAsync();

        var lease = await byKey.WaitAsync(Soon);
        Assert.Equal("k", lease.Key);
        await pool.PutConnAsync(lease, "k");
        await (await byToken.WaitAsync(Soon)).DisposeAsync();
    }

    [Fact]
    public async Task Statements_before_the_start_wait_for_the_pool_and_go_its_way()
    {
        using var host = Build(akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool(ConnectionString), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();

        var told = pool.ScalarAsync<int>($"SELECT {7}").AsTask();
        var transaction = pool.TransactAsync(async (connection, token) => await ScalarAsync(connection, "SELECT 8"));
        Assert.Equal(PoolErrorKind.NotAsStatement, (await Assert.ThrowsAsync<PoolException>(() => pool.ExecuteAsync($"BEGIN").AsTask())).Kind);
        await host.StartAsync();

        Assert.Equal(7, await told.WaitAsync(Soon));
        Assert.Equal(8, await transaction.WaitAsync(Soon));
        Assert.Equal(9, await pool.ScalarAsync<int>($"SELECT {9}"));
        Assert.Equal(2, pool.Statistics.StatementsRun);
    }

    [Fact]
    public async Task A_statement_waits_for_a_pool_that_does_not_start_within_its_time_out()
    {
        using var host = Build(akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool(), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.ExecuteAsync($"SELECT 1", new StatementOptions { Timeout = TimeSpan.FromMilliseconds(100) }).AsTask().WaitAsync(Soon));

        Assert.Equal((PoolErrorKind.Timeout, true), (error.Kind, error.IsTransient));
    }

    [Fact]
    public async Task A_request_before_the_start_is_exclusive_afterwards()
    {
        using var host = Build(akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool(ConnectionString), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();
        var early = pool.GetConnAsync(new GetConn("k") { Exclusive = true }).AsTask();
        await host.StartAsync();
        await using var lease = await early.WaitAsync(Soon);

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync(new GetConn("k") { Timeout = TimeSpan.Zero }).AsTask());

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
    }

    [Fact]
    public async Task A_wait_for_a_pool_that_does_not_start_ends_within_the_time_out()
    {
        using var host = Build(akka => akka.AddHocon(Hocon("acquire-timeout = 200ms"), HoconAddMode.Prepend).WithConnectionPool(), services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask().WaitAsync(Soon));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.GetConnAsync(cancellation.Token).AsTask().WaitAsync(Soon));

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Contains("AddAkka", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_given_in_code_hold_before_the_start()
    {
        var calls = 0;
        using var host = Build(
            akka => akka.AddHocon(Hocon("min-connections = 0, max-connections = 7"), HoconAddMode.Prepend).WithConnectionPool(settings =>
            {
                calls++;
                return settings with { MaxConnections = 2, AcquireTimeout = TimeSpan.FromMilliseconds(200), AmbientTransactions = AmbientTransactions.Ignore };
            }),
            services => services.AddConnectionPool());
        var pool = host.Services.GetRequiredService<IConnectionPool>();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        var error = await Assert.ThrowsAsync<PoolException>(() => pool.GetConnAsync().AsTask().WaitAsync(Soon));

        Assert.Contains("within 0.2 s", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 2), (pool.Statistics.Min, pool.Statistics.Max));
        await host.StartAsync();
        // A function may make a data source: its start makes no second one.
        Assert.Equal(1, calls);
        Assert.Equal(2, pool.Statistics.Max);
    }

    [Fact]
    public async Task A_name_that_was_never_added_is_refused_at_once_with_the_names_that_were()
    {
        using var host = Build(akka => akka.AddHocon(Hocon(), HoconAddMode.Prepend).WithConnectionPool<Worker>("reports"), services => services.AddConnectionPool("reprots"));
        var pool = host.Services.GetRequiredKeyedService<IConnectionPool>("reprots");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => pool.GetConnAsync().AsTask().WaitAsync(Soon));

        Assert.Contains("The pools are: reports.", error.Message, StringComparison.Ordinal);
    }

    private sealed class Worker(IConnectionPool pool) : BackgroundService
    {
        public TaskCompletionSource<object?> Answer { get; } = new();

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await using var connection = await pool.GetConnAsync(stoppingToken);
                Answer.SetResult(await ScalarAsync(connection, "SELECT 1"));
            }
            catch (Exception error)
            {
                Answer.SetException(error);
            }
        }
    }
}
