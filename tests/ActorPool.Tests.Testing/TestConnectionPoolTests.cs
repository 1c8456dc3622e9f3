using System.Data;
using ActorPool.Testing;
using ActorPool.Tests.Testing.Support;

namespace ActorPool.Tests.Testing;

/// <summary>The pool of a test, by its facade: what it lends, refuses, tells and closes.</summary>
public sealed class TestConnectionPoolTests : IAsyncLifetime
{
    private readonly List<FakeConnection> _opened = [];
    private readonly TestConnectionPool _pool;

    public TestConnectionPoolTests() => _pool = new TestConnectionPool(() =>
    {
        _opened.Add(new FakeConnection(_opened.Count + 1));
        return _opened[^1];
    });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _pool.DisposeAsync();

    [Fact]
    public async Task Requests_for_one_key_share_its_lease_unless_one_is_exclusive()
    {
        var first = await _pool.GetConnAsync("a");
        Assert.Same(first, await _pool.GetConnAsync("a"));

        var refused = await Assert.ThrowsAsync<PoolException>(async () => await _pool.GetConnAsync(new GetConn("a") { Exclusive = true, Timeout = TimeSpan.Zero }));

        Assert.Equal(PoolErrorKind.Timeout, refused.Kind);
        Assert.Equal((1, 1), (_pool.Granted, (int)_pool.Statistics.Joined));
        first.Close();
    }

    [Fact]
    public async Task An_exclusive_request_waits_for_the_return_of_its_key()
    {
        var first = await _pool.GetConnAsync(new GetConn("a") { Exclusive = true });
        var waiting = _pool.GetConnAsync(new GetConn("a") { Exclusive = true }).AsTask();
        Assert.False(waiting.IsCompleted);

        first.Close();

        await using var second = await waiting;
        Assert.Equal(("a", false), (second.Key, second.IsNewSession));
    }

    [Fact]
    public async Task A_request_that_waits_too_long_is_told_who_holds_its_key()
    {
        await using var first = await _pool.GetConnAsync(new GetConn("a") { Exclusive = true });

        var error = await Assert.ThrowsAsync<PoolException>(async () => await _pool.GetConnAsync(new GetConn("a") { Timeout = TimeSpan.FromMilliseconds(20) }));

        Assert.Equal(PoolErrorKind.Timeout, error.Kind);
        Assert.Contains($"held by {nameof(TestConnectionPoolTests)}", error.Message.Replace(Path.GetDirectoryName(Here()) + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_request_waits_no_longer()
    {
        var first = await _pool.GetConnAsync(new GetConn("a") { Exclusive = true });
        using var cancel = new CancellationTokenSource();
        var waiting = _pool.GetConnAsync("a", cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Close();
        Assert.Empty(_pool.Lent);
    }

    [Fact]
    public async Task A_key_finds_its_own_session_again()
    {
        await using (var lease = await _pool.GetConnAsync("a"))
            Assert.True(lease.IsNewSession);
        await using (var lease = await _pool.GetConnAsync("b"))
            Assert.Equal(("2", true), (lease.DataSource, lease.IsNewSession));
        await using (var lease = await _pool.GetConnAsync("a"))
            Assert.Equal(("1", false), (lease.DataSource, lease.IsNewSession));
    }

    [Fact]
    public async Task A_second_put_is_refused_and_a_second_dispose_is_not()
    {
        var lease = await _pool.GetConnAsync();
        await _pool.PutConnAsync(lease);

        var error = await Assert.ThrowsAsync<PoolException>(async () => await _pool.PutConnAsync(lease));

        Assert.Equal(PoolErrorKind.NotCheckedOut, error.Kind);
        await lease.DisposeAsync();
        Assert.Throws<PoolException>(lease.CreateCommand);
    }

    [Fact]
    public async Task The_lease_of_another_pool_is_refused()
    {
        await using var other = new TestConnectionPool(() => new FakeConnection());
        await using var lease = await other.GetConnAsync();

        var error = await Assert.ThrowsAsync<PoolException>(async () => await _pool.PutConnAsync(lease));

        Assert.Contains("of another pool", error.Message, StringComparison.Ordinal);
        Assert.Single(other.Lent);
    }

    [Fact]
    public async Task A_transaction_left_open_is_rolled_back_before_the_next_borrower()
    {
        await using (var lease = await _pool.GetConnAsync())
            await lease.BeginTransactionAsync();
        Assert.Equal(1, _opened[0].Rollbacks);

        await using (var lease = await _pool.GetConnAsync())
        await using (var transaction = await lease.BeginTransactionAsync())
            await transaction.CommitAsync();
        Assert.Equal((1, 1), (_opened.Count, _opened[0].Rollbacks));
    }

    [Fact]
    public async Task A_transaction_disposed_after_its_lease_does_not_touch_the_next_one()
    {
        var lease = await _pool.GetConnAsync();
        var late = await lease.BeginTransactionAsync();
        lease.Close();
        await using var next = await _pool.GetConnAsync();
        await using var transaction = await next.BeginTransactionAsync();

        late.Dispose();

        Assert.Equal(1, _opened[0].Rollbacks);
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task Closing_the_pool_rolls_back_too()
    {
        var lease = await _pool.GetConnAsync();
        await lease.BeginTransactionAsync();

        await _pool.CloseAllAsync();

        Assert.Equal((1, ConnectionState.Closed), (_opened[0].Rollbacks, _opened[0].State));
    }

    [Fact]
    public async Task Every_request_is_refused_while_Refuse_is_set()
    {
        _pool.Refuse = new PoolException(PoolErrorKind.Timeout, "no connection in this test");
        Assert.Same(_pool.Refuse, await Assert.ThrowsAsync<PoolException>(async () => await _pool.GetConnAsync()));
        Assert.Same(_pool.Refuse, await Assert.ThrowsAsync<PoolException>(async () => await _pool.GetConnAsync("a")));
        Assert.Equal(0, _pool.Granted);

        _pool.Refuse = null;

        await using var lease = await _pool.GetConnAsync("a");
        Assert.Equal(1, _pool.Granted);
    }

    [Fact]
    public async Task What_was_not_returned_is_told_with_its_key_and_place()
    {
        await using (await _pool.GetConnAsync("returned"))
        {
        }

        var forgotten = await _pool.GetConnAsync("tenant-7");

        Assert.Same(forgotten, Assert.Single(_pool.Lent));
        Assert.Matches(@"lease of pool 'TestConnectionPool', key tenant-7, borrowed by .*TestConnectionPoolTests\.cs:\d+$", forgotten.ToString());
        forgotten.Close();
        Assert.Empty(_pool.Lent);
        Assert.Equal(2, _pool.Granted);
        Assert.EndsWith("over: it was returned, by this borrower or by another one that shared its key", forgotten.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_framework_shows_what_was_not_returned()
    {
        await using var forgotten = await _pool.GetConnAsync("tenant-7");

        var failure = Assert.ThrowsAny<Exception>(() => Assert.Empty(_pool.Lent));

        Assert.Contains("key tenant-7, borrowed by", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_of_a_data_source_is_told_with_the_place_that_opened_it()
    {
        await using var connection = await new PooledDataSource(_pool).OpenConnectionAsync();

        Assert.Matches(@"TestConnectionPoolTests\.cs:\d+, through a PooledDataSource$", Assert.Single(_pool.Lent).ToString());
    }

    [Fact]
    public async Task An_idle_connection_that_the_test_closed_is_not_lent()
    {
        await using (await _pool.GetConnAsync("a"))
        {
        }

        _opened[0].Close();

        await using var lease = await _pool.GetConnAsync("a");
        Assert.Equal(("2", true, ConnectionState.Open), (lease.DataSource, lease.IsNewSession, lease.State));
    }

    [Fact]
    public async Task A_connection_that_the_test_closed_while_lent_is_discarded_on_return()
    {
        var lease = await _pool.GetConnAsync();
        _opened[0].Close();
        Assert.Equal(ConnectionState.Closed, lease.State);
        Assert.Equal(PoolErrorKind.ConnectFailed, Assert.Throws<PoolException>(lease.Open).Kind);
        lease.Close();

        await using var next = await _pool.GetConnAsync();
        Assert.Equal(("2", 1L), (next.DataSource, _pool.Statistics.ClosedWhileLent));
    }

    [Fact]
    public async Task A_forgotten_lease_is_told_also_after_a_garbage_collection()
    {
        await ForgetAsync();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Single(_pool.Lent);
    }

    [Fact]
    public async Task A_disposed_pool_still_tells_what_was_not_returned()
    {
        var forgotten = await _pool.GetConnAsync("a");
        (await _pool.GetConnAsync("b")).Close();

        await _pool.DisposeAsync();
        await _pool.DisposeAsync();

        Assert.Same(forgotten, Assert.Single(_pool.Lent));
        Assert.Contains("TestConnectionPoolTests.cs", forgotten.ToString(), StringComparison.Ordinal);
        Assert.All(_opened, connection => Assert.Equal(ConnectionState.Closed, connection.State));
        forgotten.Dispose();
        Assert.Equal(PoolErrorKind.NotCheckedOut, Assert.Throws<PoolException>(() => forgotten.Key).Kind);
    }

    [Fact]
    public async Task A_closed_pool_refuses_everything()
    {
        var lease = await _pool.GetConnAsync();
        await _pool.CloseAllAsync();

        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(async () => await _pool.GetConnAsync())).Kind);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(async () => await _pool.PutConnAsync(lease))).Kind);
        Assert.Equal(PoolErrorKind.Closed, (await Assert.ThrowsAsync<PoolException>(_pool.CloseAllAsync)).Kind);
    }

    [Fact]
    public async Task Any_number_of_connections_can_be_lent_at_once()
    {
        var leases = new List<PooledConnection>();
        for (var i = 0; i < 500; i++)
            leases.Add(await _pool.GetConnAsync());

        Assert.Equal((500, 500), (_opened.Count, _pool.Lent.Count));
        leases.ForEach(lease => lease.Close());
        Assert.Empty(_pool.Lent);
    }

    [Fact]
    public async Task Callers_on_many_threads_each_get_their_own_connection()
    {
        var inUse = new HashSet<string>();
        await Parallel.ForAsync(0, 2_000, async (i, cancellationToken) =>
        {
            await using var lease = await _pool.GetConnAsync(i % 3 == 0 ? new GetConn(i % 5) { Exclusive = true } : null, cancellationToken);
            lock (inUse)
                Assert.True(inUse.Add(lease.DataSource));
            await Task.Yield();
            lock (inUse)
                inUse.Remove(lease.DataSource);
        });

        Assert.Equal(2_000, _pool.Granted);
        Assert.Empty(_pool.Lent);
    }

    [Fact]
    public async Task The_exception_of_a_key_is_the_callers()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () => await _pool.GetConnAsync(new ThrowingKey()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _pool.GetConnAsync((object)TimeSpan.Zero));

        await using var lease = await _pool.GetConnAsync();
    }

    [Fact]
    public async Task Features_of_Npgsql_are_refused_with_the_way_out()
    {
        await using var lease = await _pool.GetConnAsync();

        Assert.Contains("with a real server", Assert.Throws<NotSupportedException>(() => lease.Npgsql).Message, StringComparison.Ordinal);
    }

    private async Task ForgetAsync() => await _pool.GetConnAsync();

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string file = "") => file;

    private sealed class ThrowingKey
    {
        public override bool Equals(object? obj) => throw new InvalidDataException("Equals");

        public override int GetHashCode() => throw new InvalidDataException("GetHashCode");
    }
}
