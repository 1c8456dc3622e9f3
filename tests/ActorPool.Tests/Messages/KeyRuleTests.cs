using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Akka.Actor;

namespace ActorPool.Tests.Messages;

/// <summary>An argument in the place of the key: it compiles, because a key may be any object.</summary>
public sealed class KeyRuleTests : IAsyncLifetime
{
    private static readonly PoolSettings NoServer = new("Host=127.0.0.1;Port=1", 0, 1);

    private readonly ActorSystem _system = ActorSystem.Create("wrong-keys", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
    private IConnectionPool[] _pools = [];

    public async Task InitializeAsync() => _pools = [await ConnectionPool.StartAsync(_system, NoServer), await SimpleConnectionPool.StartAsync(NoServer)];

    public async Task DisposeAsync()
    {
        foreach (var pool in _pools)
            await pool.DisposeAsync();
        await _system.Terminate();
    }

    public static TheoryData<string> Wrong() => ["token", "source", "time", "request", "task", "value task"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_misplaced_argument_is_refused_as_a_key_by_every_pool(string kind)
    {
        using var source = new CancellationTokenSource();
        foreach (var pool in _pools)
        {
            var error = Assert.Throws<ArgumentException>(() => pool.GetConnAsync(Argument(kind, source)).AsTask().Dispose());

            Assert.Equal("key", error.ParamName);
            Assert.Equal((0, 0L), (pool.Statistics.Opening, pool.Statistics.ConnectFailures));
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_misplaced_argument_is_refused_as_the_key_of_a_message(string kind)
    {
        using var source = new CancellationTokenSource();
        var argument = Argument(kind, source);

        Assert.Throws<ArgumentException>(() => new GetConn(argument));
        Assert.Throws<ArgumentException>(() => new GetConn("k") with { Key = argument });
        Assert.Throws<ArgumentException>(() => new PutConn(null!, argument));
        Assert.Throws<ArgumentException>(() => new PutConn(null!) with { Key = argument });
    }

    [Theory]
    [InlineData("token")]
    [InlineData("time")]
    public void The_refusal_names_what_was_meant(string kind)
    {
        using var source = new CancellationTokenSource();
        var error = Assert.Throws<ArgumentException>(() => new GetConn(Argument(kind, source)));

        Assert.Contains("cancellationToken:", error.Message, StringComparison.Ordinal);
        Assert.Contains("Timeout", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_be_a_key_still_is()
    {
        foreach (var key in new object?[] { null, "k", 5, 5L, 5m, Guid.NewGuid(), ('a', 1), DateTime.UnixEpoch, PoolErrorKind.Closed, _system.DeadLetters, typeof(string), new object() })
            Assert.Equal(key, new GetConn(key).Key);
    }

    [Fact]
    public void A_lease_is_not_put_under_a_token()
    {
        var lease = NoLease();
        foreach (var pool in _pools)
            Assert.Throws<ArgumentException>(() => pool.PutConnAsync(lease, CancellationToken.None).AsTask().Dispose());
    }

    [Fact]
    public void A_negative_timeout_of_one_call_is_refused()
    {
        foreach (var pool in _pools)
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => pool.GetConnAsync(new GetConn { Timeout = TimeSpan.FromSeconds(-5) }).AsTask().Dispose());
            Assert.Equal("Timeout", error.ParamName);
        }
    }

    [Fact]
    public void A_pool_without_actors_refuses_an_owner()
    {
        var error = Assert.Throws<ArgumentException>(() => _pools[1].GetConnAsync(new GetConn { Owner = _system.DeadLetters }).AsTask().Dispose());

        Assert.Contains("Owner", error.Message, StringComparison.Ordinal);
    }

    private static object Argument(string kind, CancellationTokenSource source) => kind switch
    {
        "token" => source.Token,
        "source" => source,
        "time" => TimeSpan.FromSeconds(2),
        "request" => new GetConn(),
        "task" => Task.FromResult("k"),
        _ => new ValueTask<string>("k"),
    };

    [SuppressMessage("Usage", "CA1816", Justification = "It has no pool to which its finalizer could return it.")]
    private static PooledConnection NoLease()
    {
        var lease = (PooledConnection)RuntimeHelpers.GetUninitializedObject(typeof(PooledConnection));
        GC.SuppressFinalize(lease);
        return lease;
    }
}
