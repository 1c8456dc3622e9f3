using System.Data;
using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;

namespace ActorPool.Tests.Testing;

/// <summary>Leases of no pool.</summary>
public sealed class TestLeaseTests
{
    [Fact]
    public void A_lease_has_the_key_and_the_session_that_it_was_given()
    {
        using var lease = TestLease.Over(new FakeConnection(), "tenant-7", isNewSession: true);

        Assert.Equal(("tenant-7", true, ConnectionState.Open), (lease.Key, lease.IsNewSession, lease.State));
    }

    [Fact]
    public async Task The_return_is_told_once()
    {
        var returned = new List<PooledConnection>();
        var lease = TestLease.Over(new FakeConnection(), returned: returned.Add);

        lease.Close();
        await lease.DisposeAsync();

        Assert.Same(lease, Assert.Single(returned));
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(lease.CreateCommand).Kind);
    }

    [Fact]
    public void A_closed_connection_is_opened_and_closed_and_an_open_one_stays_open()
    {
        var (closed, open) = (new FakeConnection(), new FakeConnection());
        open.Open();

        TestLease.Over(closed).Dispose();
        TestLease.Over(open).Dispose();

        Assert.Equal((1, 1), (closed.Opens, closed.Closes));
        Assert.Equal((1, 0), (open.Opens, open.Closes));
    }

    [Fact]
    public void Work_is_rolled_back_that_was_not_committed()
    {
        using var database = Sqlite.Open();
        using (var lease = TestLease.Over(database))
        {
            lease.BeginTransaction();
            lease.Execute("UPDATE accounts SET balance = 0");
        }

        Assert.Equal(100, database.Balance(1));
    }

    [Fact]
    public async Task A_pool_refuses_the_return_of_a_lease_that_no_pool_lent()
    {
        var returned = 0;
        await using var pool = new TestConnectionPool(() => new FakeConnection());
        using var lease = TestLease.Over(new FakeConnection(), returned: _ => returned++);

        var error = await Assert.ThrowsAsync<PoolException>(async () => await pool.PutConnAsync(lease));

        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        Assert.Contains("was not lent by this pool, but by pool 'TestLease'", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, ConnectionState.Open), (returned, lease.State));
    }

    [Fact]
    public void A_reader_that_closes_the_connection_returns_the_lease()
    {
        using var database = Sqlite.Open();
        var returned = 0;
        var lease = TestLease.Over(database, returned: _ => returned++);
        using var command = lease.CreateCommand();
        command.CommandText = "SELECT balance FROM accounts";

        using (var reader = command.ExecuteReader(CommandBehavior.CloseConnection))
            Assert.True(reader.Read());

        Assert.Equal((1, ConnectionState.Closed), (returned, lease.State));
    }
}
