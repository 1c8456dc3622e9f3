using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;
using LinqToDB.DataProvider.PostgreSQL;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Tests.Libraries;

/// <summary>Journal and snapshots of Akka.Persistence.Sql on the connections of the pool, which the same actor system runs.</summary>
public sealed class AkkaPersistenceTests : LibraryTest
{
    private const int Actors = 200;
    private const int Events = 10;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Two_hundred_persistent_actors_recover_on_four_connections()
    {
        MayWait = true;
        using (var host = Build())
        {
            await host.StartAsync();
            var system = host.Services.GetRequiredService<ActorSystem>();
            var sums = await Task.WhenAll(Enumerable.Range(0, Actors).Select(async i =>
            {
                var counter = system.ActorOf(Props.Create(() => new Counter($"counter-{i}")));
                var answers = await Task.WhenAll(Enumerable.Range(1, Events).Select(n => counter.Ask<int>(n, Soon)));
                return answers.Max();
            }));
            Assert.All(sums, sum => Assert.Equal(55, sum));
            await CheckAsync(host.Services.GetRequiredService<IConnectionPool>());
            await host.StopAsync();
        }

        using (var again = Build())
        {
            await again.StartAsync();
            var system = again.Services.GetRequiredService<ActorSystem>();
            var sums = await Task.WhenAll(Enumerable.Range(0, Actors).Select(i =>
                system.ActorOf(Props.Create(() => new Counter($"counter-{i}"))).Ask<int>(0, Soon)));
            Assert.All(sums, sum => Assert.Equal(55, sum));
            await CheckAsync(again.Services.GetRequiredService<IConnectionPool>());
            await again.StopAsync();
        }
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var (services, settings) = (builder.Services, Settings(Connections, Connections, change => change with { Name = "default" }));

        services.AddConnectionPoolDataSource();
        services.AddAkka("shop", (akka, provider) => akka
            .WithConnectionPool(settings)
            .WithSqlPersistence(new DataOptions()
                .UseProvider(ProviderName.PostgreSQL15)
                .UseConnectionFactory(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15), _ => provider.GetRequiredService<DbDataSource>().CreateConnection())));

        return builder.Build();
    }

    /// <summary>Adds what it is sent; 0 asks for the sum.</summary>
    private sealed class Counter : ReceivePersistentActor
    {
        private int _sum;

        public Counter(string persistenceId)
        {
            PersistenceId = persistenceId;
            Recover<int>(n => _sum += n);
            Recover<SnapshotOffer>(offer => _sum = (int)offer.Snapshot);
            Command<int>(n => n == 0, _ => Sender.Tell(_sum));
            Command<int>(n => Persist(n, persisted =>
            {
                _sum += persisted;
                if (LastSequenceNr % 4 == 0)
                    SaveSnapshot(_sum);
                Sender.Tell(_sum);
            }));
            Command<SaveSnapshotSuccess>(_ => { });
        }

        public override string PersistenceId { get; }
    }
}
