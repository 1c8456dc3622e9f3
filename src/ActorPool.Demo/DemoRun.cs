using ActorPool.Demo.Accounts;
using ActorPool.Demo.Checks;
using ActorPool.Demo.Display;
using ActorPool.Demo.Server;
using ActorPool.Demo.Sessions;
using ActorPool.ThrowawayPostgres;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorPool.Demo;

/// <summary>
/// One run, from the start of the server to the verdict. The order of disposal matters: first the application, then the observers at the
/// server, then the schema, then the server.
/// </summary>
internal sealed class DemoRun(Arguments arguments, IDisplay display)
{
    /// <summary>The pool's <c>max-connections</c>: the server must never have more backends of it.</summary>
    public const int PoolSize = 8;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    // Far more than the work needs after its length: if it hangs, the demo ends and says so.
    private static readonly TimeSpan WorkPatience = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _length = TimeSpan.FromSeconds(arguments.Seconds);
    private readonly EventFeed _events = new();

    /// <returns>Whether all checks passed.</returns>
    /// <exception cref="TimeoutException">The work did not end in time.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartAsync(
            new PostgresServerOptions { ConnectionString = arguments.ConnectionString }, cancellationToken);
        await using var schema = await DemoSchema.CreateAsync(server.ConnectionString, arguments.Accounts, cancellationToken);
        await using var observer = await Observer.ConnectAsync(schema, cancellationToken);
        await using var sampler = await BackendSampler.StartAsync(schema, cancellationToken);
        display.Introduce(
            $"Server: {server.Description}.",
            $"{arguments.Accounts} account actors read their balances and move money through a pool of {PoolSize} for {arguments.Seconds} s; a bookkeeper adds up all balances; "
            + $"{KeyedSessions.Users} users keep a temporary table each; an actor dies holding a transaction.");

        var found = await WorkAsync(schema, observer, sampler, cancellationToken);
        found = found with
        {
            BackendsLeft = await observer.CountLeftAsync(EndPatience, cancellationToken),
            Sampling = await sampler.EndAsync(),
        };
        cancellationToken.ThrowIfCancellationRequested();
        var verdict = new Verdict(found);
        display.Conclude(verdict);
        return verdict.Holds;
    }

    /// <summary>The life of the application.</summary>
    private async Task<Findings> WorkAsync(DemoSchema schema, Observer observer, BackendSampler sampler, CancellationToken cancellationToken)
    {
        using var host = DemoHost.Build(schema, arguments, _events);
        try
        {
            await host.StartAsync(cancellationToken);
            return await WorkAsync(host.Services, observer, sampler, cancellationToken);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private async Task<Findings> WorkAsync(
        IServiceProvider services, Observer observer, BackendSampler sampler, CancellationToken cancellationToken)
    {
        var bank = await services.GetRequiredService<IRequiredActor<Bank>>().GetAsync(cancellationToken);
        var day = new WorkingDay(bank, services.GetRequiredService<KeyedSessions>(), observer, _events)
            .RunAsync(_length, cancellationToken)
            .WaitAsync(_length + WorkPatience, cancellationToken);
        await display.ShowAsync(Looking(services, sampler), _events, day);
        var (holder, keptAlone) = await day;
        var pool = services.GetRequiredService<IConnectionPool>();
        var openTransactions = await observer.CountTransactionsAsync(cancellationToken);
        var audit = await Audit.OfAsync(pool, cancellationToken);
        return new Findings
        {
            Bank = services.GetRequiredService<BankBooks>(),
            Sessions = services.GetRequiredService<SessionBooks>(),
            Holder = holder,
            KeptAlone = keptAlone,
            OpenTransactions = openTransactions,
            Audit = audit,
            Pool = pool.Statistics,
            Sampling = sampler.Seen,
            BackendsLeft = PoolSize,
        };
    }

    private Func<Snapshot> Looking(IServiceProvider services, BackendSampler sampler)
    {
        var pool = services.GetRequiredService<IConnectionPool>();
        var bank = services.GetRequiredService<BankBooks>();
        var sessions = services.GetRequiredService<SessionBooks>();
        var start = TimeProvider.System.GetTimestamp();
        return () => new Snapshot
        {
            Elapsed = TimeProvider.System.GetElapsedTime(start),
            Length = _length,
            IsRushHour = bank.IsRushHour,
            Pool = pool.Statistics,
            Transfers = bank.Made,
            Declined = bank.Declined,
            SessionsKept = sessions.Kept,
            SessionsAnew = sessions.Anew,
            Sampling = sampler.Seen,
        };
    }
}
