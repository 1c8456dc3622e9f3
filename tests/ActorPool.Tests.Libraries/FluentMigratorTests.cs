using System.Data.Common;
using ActorPool.Tests.Libraries.Support;
using FluentMigrator;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Processors.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace ActorPool.Tests.Libraries;

/// <summary>
/// FluentMigrator takes a provider factory. It sets a connection string, and attaches the factory's commands to its connection.
/// </summary>
public sealed class FluentMigratorTests : LibraryTest
{
    [Fact]
    public async Task Migrations_go_up_and_down()
    {
        await using (var services = Build())
        {
            using var scope = services.CreateScope();
            var runner = scope.ServiceProvider.GetRequiredService<IMigrationRunner>();
            runner.MigrateUp();
            Assert.False(runner.HasMigrationsToApplyUp());
        }

        await ExecuteAsync("INSERT INTO people (name) VALUES ('anna')");
        await using (var services = Build())
        {
            using var scope = services.CreateScope();
            scope.ServiceProvider.GetRequiredService<IMigrationRunner>().MigrateDown(0);
        }

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsync("SELECT FROM people"));
    }

    private ServiceProvider Build()
    {
        var (services, dataSource) = (new ServiceCollection(), DataSource);
        services.AddSingleton(dataSource);

        services.AddFluentMigratorCore().ConfigureRunner(runner => runner
            .AddPostgres()
            .WithGlobalConnectionString(dataSource.ConnectionString)
            .ScanIn(typeof(People).Assembly).For.Migrations());
        services.AddScoped<PostgresDbFactory, PooledDbFactory>();

        return services.BuildServiceProvider();
    }

    public sealed class PooledDbFactory(IServiceProvider services, DbDataSource dataSource) : PostgresDbFactory(services)
    {
        public override DbProviderFactory Factory { get; } = DbProviderFactories.GetFactory(dataSource.CreateConnection())!;
    }

    [Migration(1)]
    public sealed class People : Migration
    {
        public override void Up()
        {
            Create.Table("people").WithColumn("id").AsInt32().PrimaryKey().Identity().WithColumn("name").AsString().NotNullable().Indexed();
            Insert.IntoTable("people").Row(new { name = "otto" });
            Execute.WithConnection((connection, transaction) =>
            {
                using var command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = "INSERT INTO people (name) VALUES ('eva')";
                command.ExecuteNonQuery();
            });
        }

        public override void Down() => Delete.Table("people");
    }
}
