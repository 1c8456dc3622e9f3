using Akka.Actor;

namespace ActorPool.Tests;

/// <summary>Calls of a pool that make no sense.</summary>
public sealed class EntryPointTests : IAsyncLifetime
{
    private static readonly PoolSettings NoServer = new("Host=127.0.0.1;Port=1", 0, 1);

    private readonly ActorSystem _system = ActorSystem.Create("facade", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    private ConnectionPool _pool = null!;
    private SimpleConnectionPool _simple = null!;

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
        foreach (var pool in new IConnectionPool[] { _pool, _simple })
        {
            var error = await Assert.ThrowsAsync<ArgumentNullException>(async () => await pool.PutConnAsync(null!));
            Assert.Equal("connection", error.ParamName);
        }
    }

    [Fact]
    public async Task A_call_that_is_cancelled_already_asks_for_nothing()
    {
        foreach (var pool in new IConnectionPool[] { _pool, _simple })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pool.GetConnAsync(cancellationToken: new CancellationToken(canceled: true)));
            Assert.Equal((0, 0, 0L), (pool.Statistics.Waiting, pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
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
}
