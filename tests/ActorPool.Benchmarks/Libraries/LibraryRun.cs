using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using ActorPool.ThrowawayPostgres;
using Akka.Actor;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ActorPool.Benchmarks.Libraries;

/// <summary>
/// What the pool's own ADO.NET classes cost: a command of a lease beside the driver's, and libraries on a PooledDataSource beside the same on
/// Npgsql's own data source. The two sides take turns, and each ratio is of one turn.
/// </summary>
internal static class LibraryRun
{
    private const int Size = 8;

    private static readonly int[] Callers = [1, Size];

    public static async Task RunAsync(int rounds, TimeSpan length)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { AlwaysThrowaway = true, MaxServerConnections = 100 });
        var text = new NpgsqlConnectionStringBuilder(server.ConnectionString) { MinPoolSize = Size, MaxPoolSize = Size }.ConnectionString;
        var system = ActorSystem.Create("libraries", "akka.loglevel = ERROR, akka.stdout-loglevel = ERROR, akka.loggers = []");
        var pool = await ConnectionPool.StartAsync(system, new PoolSettings(server.ConnectionString, Size, Size));
        await using var npgsql = NpgsqlDataSource.Create(text);
        await using var source = new PooledDataSource(pool);
        await using (var lease = await pool.GetConnAsync())
            await lease.ExecuteAsync("CREATE TABLE rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)");

        Console.WriteLine("| work | callers | on the pool, calls/s | beside it, calls/s | ratio: median (range) |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var callers in Callers)
        {
            await CompareAsync("SELECT 1 by a lease's command, beside lease.Npgsql's", callers, rounds, length, OnLeases(pool, lease => lease), OnLeases(pool, lease => lease.Npgsql));
            await CompareAsync("Dapper query with auto-open", callers, rounds, length, QueryBy(source), QueryBy(npgsql));
            await CompareAsync("EF Core saves 100 rows", callers, rounds, length, SaveBy(source), SaveBy(npgsql));
        }

        await pool.DisposeAsync();
        await system.Terminate();
    }

    private static Caller OnLeases(ConnectionPool pool, Func<PooledConnection, DbConnection> connection) => async over =>
    {
        await using var lease = await pool.GetConnAsync();
        var used = connection(lease);
        var calls = 0;
        for (; !over(); calls++)
        {
            await using var command = used.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync();
        }

        return calls;
    };

    private static Caller QueryBy(DbDataSource source) => async over =>
    {
        var calls = 0;
        for (; !over(); calls++)
        {
            await using var connection = source.CreateConnection();
            await connection.QueryAsync<int>("SELECT n FROM generate_series(1, 10) n");
        }

        return calls;
    };

    private static Caller SaveBy(DbDataSource source)
    {
        var options = new DbContextOptionsBuilder<Rows>().UseNpgsql(source).Options;
        return async over =>
        {
            var calls = 0;
            for (; !over(); calls++)
            {
                await using var context = new Rows(options);
                context.AddRange(Enumerable.Range(0, 100).Select(n => new Row { Name = n.ToString(CultureInfo.InvariantCulture) }));
                await context.SaveChangesAsync();
            }

            return calls;
        };
    }

    private static async Task CompareAsync(string work, int callers, int rounds, TimeSpan length, Caller one, Caller other)
    {
        await RateAsync(one, callers, length);
        await RateAsync(other, callers, length);
        var rates = new List<(double One, double Other)>();
        for (var round = 0; round < rounds; round++)
        {
            // Each side is first in every second round.
            var isFirst = round % 2 == 0;
            var first = await RateAsync(isFirst ? one : other, callers, length);
            var second = await RateAsync(isFirst ? other : one, callers, length);
            rates.Add(isFirst ? (first, second) : (second, first));
        }

        var ratios = rates.Select(rate => rate.One / rate.Other).Order().ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {work} | {callers} | {rates.Average(rate => rate.One):0} | {rates.Average(rate => rate.Other):0} | {ratios[ratios.Length / 2]:0.000} ({ratios[0]:0.000} to {ratios[^1]:0.000}) |"));
    }

    private static async Task<double> RateAsync(Caller caller, int callers, TimeSpan length)
    {
        var begin = Stopwatch.GetTimestamp();
        var calls = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => caller(() => Stopwatch.GetElapsedTime(begin) >= length))));
        return calls.Sum() / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    /// <summary>Calls until the turn is over, and returns the number of calls.</summary>
    private delegate Task<int> Caller(Func<bool> over);

    private sealed class Rows(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            var row = modelBuilder.Entity<Row>().ToTable("rows");
            row.Property(r => r.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            row.Property(r => r.Name).HasColumnName("name");
        }
    }

    private sealed class Row
    {
        public long Id { get; set; }

        public required string Name { get; set; }
    }
}
