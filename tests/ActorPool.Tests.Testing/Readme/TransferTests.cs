using ActorPool.Testing;
using Akka.TestKit.Xunit2;
using Microsoft.Data.Sqlite;
using Xunit;

public sealed class TransferTests : TestKit
{
    [Fact]
    public async Task A_transfer_moves_the_money_and_returns_its_connection()
    {
        await using var database = new SqliteConnection("Data Source=:memory:");
        await database.OpenAsync();
        await database.ExecuteAsync("CREATE TABLE accounts (id INT, balance INT); INSERT INTO accounts VALUES (1, 100), (2, 0)");
        var pool = new TestConnectionPool(() => database);
        var parent = CreateTestProbe();

        parent.ChildActorOf(Props.Create(() => new Transfer(pool.ManagerIn(Sys), 10m)));

        await parent.ExpectMsgAsync<Status.Success>();
        Assert.Equal([90, 10], await database.QueryAsync<int>("SELECT balance FROM accounts ORDER BY id"));
        Assert.Empty(pool.Lent);
    }
}
