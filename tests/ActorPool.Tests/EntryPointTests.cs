using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ActorPool.Tests.Messages;
using Akka.Actor;

namespace ActorPool.Tests;

/// <summary>Calls of the two pools that make no sense. No server is needed to refuse them.</summary>
public sealed class EntryPointTests : IAsyncLifetime
{
    private static readonly PoolSettings NoServer = new("Host=127.0.0.1;Port=1", 0, 1);

    private readonly ActorSystem _system = ActorSystem.Create("entry-points", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    private ConnectionPool _pool = null!;
    private SimpleConnectionPool _simple = null!;

    private IConnectionPool[] Pools => [_pool, _simple];

    public async Task InitializeAsync()
    {
        _pool = await ConnectionPool.StartAsync(_system, NoServer);
        _simple = await SimpleConnectionPool.StartAsync(NoServer);
    }

    public async Task DisposeAsync()
    {
        await _simple.DisposeAsync();
        await _pool.DisposeAsync();
        await _system.Terminate();
    }

    [Fact]
    public async Task Null_cannot_be_put()
    {
        foreach (var pool in Pools)
        {
            var error = await Assert.ThrowsAsync<ArgumentNullException>(async () => await pool.PutConnAsync(null!));
            Assert.Equal("connection", error.ParamName);
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_already_reaches_no_pool()
    {
        foreach (var pool in Pools)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pool.GetConnAsync(cancellationToken: new CancellationToken(canceled: true)));
            Assert.Equal((0, 0, 0L), (pool.Statistics.Waiting, pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
    }

    [Theory]
    [MemberData(nameof(KeyRuleTests.Misplaced), MemberType = typeof(KeyRuleTests))]
    public void A_misplaced_argument_is_refused_as_a_key_by_both_pools(Func<object> argument)
    {
        foreach (var pool in Pools)
        {
            var error = Assert.Throws<ArgumentException>(() => pool.GetConnAsync(argument()).AsTask().Dispose());

            Assert.Equal("key", error.ParamName);
            Assert.Equal((0, 0L), (pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
    }

    [Fact]
    public void A_lease_is_not_put_under_a_token()
    {
        var lease = LeaseOfNoPool();
        foreach (var pool in Pools)
            Assert.Throws<ArgumentException>(() => pool.PutConnAsync(lease, CancellationToken.None).AsTask().Dispose());
    }

    [Fact]
    public void A_negative_timeout_of_one_call_is_refused()
    {
        foreach (var pool in Pools)
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromSeconds(-5) }).AsTask().Dispose());
            Assert.Equal("Timeout", error.ParamName);
        }
    }

    [Theory]
    [InlineData("SET search_path = x")]
    [InlineData("BEGIN")]
    [InlineData("COPY t FROM STDIN")]
    [InlineData("SELECT 1; SELECT 2")]
    public async Task A_statement_that_cannot_be_told_is_refused_before_a_connection_is_opened(string sql)
    {
        var statement = Statement.Of(sql);
        foreach (var pool in Pools)
        {
            Func<Task>[] calls =
            [
                () => pool.ExecuteAsync(statement).AsTask(), () => pool.ScalarAsync<int>(statement).AsTask(), () => pool.QueryAsync(statement, row => row.GetInt32(0)).AsTask(),
                () => pool.ExecuteAllAsync([Statement.Of("SELECT 1"), statement]).AsTask(),
            ];
            foreach (var call in calls)
            {
                var error = await Assert.ThrowsAsync<PoolException>(call);
                Assert.Equal((PoolErrorKind.NotAsStatement, false), (error.Kind, error.IsTransient));
                Assert.StartsWith("Pool 'default': ", error.Message, StringComparison.Ordinal);
                Assert.Matches("GetConnAsync|TransactAsync", error.Message);
            }

            Assert.Equal((0, 0L), (pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
    }

    [Fact]
    public async Task A_statement_that_is_cancelled_already_reaches_no_pool()
    {
        var cancelled = new CancellationToken(canceled: true);
        foreach (var pool in Pools)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pool.ExecuteAsync($"SELECT 1", cancellationToken: cancelled));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.TransactAsync((_, _) => Task.CompletedTask, cancellationToken: cancelled));
            Assert.Equal((0, 0, 0L), (pool.Statistics.Waiting, pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
    }

    [Fact]
    public void A_wrong_statement_is_refused_where_it_is_written()
    {
        var name = "x";
        foreach (var pool in Pools)
        {
            Assert.Throws<ArgumentException>(() => pool.ExecuteAsync($"SELECT '{name}'").AsTask().Dispose());
            Assert.Throws<ArgumentException>(() => pool.ExecuteAllAsync([]).AsTask().Dispose());
            Assert.Throws<ArgumentException>(() => pool.QueryAsync($"SELECT {name}", row => Task.FromResult(row.GetString(0))).AsTask().Dispose());
        }
    }

    [Fact]
    public void A_pool_without_actors_refuses_an_owner()
    {
        var error = Assert.Throws<ArgumentException>(() => _simple.GetConnAsync(new GetConn { Owner = _system.DeadLetters }).AsTask().Dispose());

        Assert.Contains("Owner", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 1, "min-connections")]
    [InlineData(int.MinValue, int.MinValue, "min-connections")]
    [InlineData(0, 0, "max-connections")]
    [InlineData(0, int.MinValue, "max-connections")]
    [InlineData(int.MaxValue, int.MaxValue - 1, "above")]
    public async Task Limits_out_of_range_are_refused_by_name_and_change_nothing(int min, int max, string word)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => _pool.ResizeAsync(min, max));

        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1), (_pool.Statistics.Min, _pool.Statistics.Max));
    }

    [Fact]
    public async Task The_largest_limit_is_a_limit_like_others()
    {
        await _pool.ResizeAsync(0, int.MaxValue);

        Assert.Equal(int.MaxValue, _pool.Statistics.Max);
        Assert.Equal(0, _pool.Statistics.Opening);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no/such name")]
    [InlineData("DEFAULT")]
    public void A_pool_that_does_not_exist_is_not_found(string name) => Assert.Null(ConnectionPool.Find(_system, name));

    [SuppressMessage("Usage", "CA1816", Justification = "The lease has no pool to which its finalizer could return it.")]
    private static PooledConnection LeaseOfNoPool()
    {
        var lease = (PooledConnection)RuntimeHelpers.GetUninitializedObject(typeof(PooledConnection));
        GC.SuppressFinalize(lease);
        return lease;
    }
}
