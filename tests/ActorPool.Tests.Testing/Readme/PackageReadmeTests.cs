using System.Data.Common;
using ActorPool.Testing;
using ActorPool.Tests.Shared;
using ActorPool.Tests.Testing.Support;
using Microsoft.Data.Sqlite;

namespace ActorPool.Tests.Testing.Readme;

/// <summary>The parts of a test that the README of the package shows, compiled and run.</summary>
public sealed class PackageReadmeTests : IDisposable
{
    private readonly SqliteConnection database = Sqlite.Open();
    private readonly ActorSystem system = ActorSystem.Create("readme", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");

    public void Dispose()
    {
        system.Dispose();
        database.Dispose();
    }

    [Fact]
    public async Task The_pool()
    {
        var pool = new TestConnectionPool(() => database);

        await using (var connection = await pool.GetConnAsync("tenant-7"))    // an IConnectionPool
            Console.WriteLine(connection.IsNewSession);
        var manager = pool.ManagerIn(system);                                 // the manager for GetConn, PutConn and the other messages
        var source = new PooledDataSource(pool);                              // a DbDataSource, for Dapper and other libraries

        pool.Refuse = new PoolException(PoolErrorKind.Timeout, "no connection in this test");    // each request from now on, until null
        Console.WriteLine($"{pool.Granted} leases, not returned: {string.Join(", ", pool.Lent)}");

        await Assert.ThrowsAsync<PoolException>(() => manager.Ask<PooledConnection>(new GetConn()));
        await Assert.ThrowsAsync<PoolException>(async () => await ((DbDataSource)source).OpenConnectionAsync());
        Assert.Equal(1, pool.Granted);
    }

    [Fact]
    public async Task One_lease()
    {
        var returned = 0;
        await using (var lease = TestLease.Over(database, key: "tenant-7", isNewSession: true, returned: _ => returned++))
            await lease.ExecuteAsync("UPDATE accounts SET balance = 0");
        Console.WriteLine(returned);    // 1

        Assert.Equal((1, 0), (returned, database.Balance(1)));
    }

    [Fact]
    public void Every_line_of_the_README_is_here()
    {
        var blocks = File.ReadAllText(Path.Combine(Package.Repository, "src", "ActorPool.Testing", "README.md")).ReplaceLineEndings("\n").Split("```csharp\n").Skip(1)
            .Select(block => block.Split("```")[0]).Where(code => !code.Contains("[Fact]", StringComparison.Ordinal)).ToList();
        var here = File.ReadLines(Path.Combine(Package.Repository, "tests", "ActorPool.Tests.Testing", "Readme", "PackageReadmeTests.cs")).Select(line => line.Trim()).ToList();

        Assert.Equal(2, blocks.Count);
        Assert.All(blocks.SelectMany(block => block.Split('\n')), line => Assert.Contains(line.Trim(), here));
    }
}
