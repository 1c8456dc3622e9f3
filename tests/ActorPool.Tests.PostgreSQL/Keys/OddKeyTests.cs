using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Keys;

/// <summary>Keys with unusual behaviour.</summary>
public sealed class OddKeyTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public static TheoryData<KeySharing> Sharing() => [KeySharing.Shared, KeySharing.Exclusive];

    [Theory]
    [MemberData(nameof(Sharing), DisableDiscoveryEnumeration = true)]
    public async Task A_key_that_throws_gives_its_error_to_its_caller_and_the_pool_goes_on(KeySharing sharing)
    {
        var pool = await StartAsync(1, 2, settings => settings with { KeySharing = sharing });
        await using var simple = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 2) { KeySharing = sharing });
        var good = await pool.GetConnAsync(new ThrowingKey());
        var simples = await simple.GetConnAsync(new ThrowingKey());

        foreach (var key in new[] { new ThrowingKey { InHashCode = true }, new ThrowingKey { InEquals = true } })
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await pool.GetConnAsync(key));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => pool.Manager.Ask<PooledConnection>(new GetConn(key), Soon));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => pool.Manager.Ask<PooledConnection>(new GetConn(key) { Owner = TestActor }, Soon));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await simple.GetConnAsync(key));
        }

        var equals = new ThrowingKey { InEquals = true };
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await pool.PutConnAsync(good, equals));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => pool.Manager.Ask<ConnPut>(new PutConn(good, equals), Soon));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await simple.PutConnAsync(simples, equals));

        Assert.Equal((1, 0), (pool.Statistics.InUse, pool.Statistics.Waiting));
        await pool.PutConnAsync(good, new ThrowingKey());
        await simple.PutConnAsync(simples, new ThrowingKey());
        Assert.Equal((0, 0), (pool.Statistics.InUse, simple.Statistics.InUse));
        await using var next = await pool.GetConnAsync(new ThrowingKey());
        Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
    }

    [Fact]
    public async Task A_key_that_begins_to_throw_in_the_queue_holds_up_no_request()
    {
        var pool = await StartAsync(1, 1, settings => settings with { KeySharing = KeySharing.Exclusive });
        var held = await pool.GetConnAsync();
        var key = new ThrowingKey();
        var waiting = pool.GetConnAsync(key).AsTask();
        var behind = pool.GetConnAsync().AsTask();
        await EventuallyAsync(() => pool.Statistics.Waiting == 2, "both wait");

        (key.InHashCode, key.InEquals) = (true, true);
        await held.DisposeAsync();
        await (await waiting.WaitAsync(Soon)).DisposeAsync();
        await (await behind.WaitAsync(Soon)).DisposeAsync();

        await EventuallyAsync(() => pool.Statistics is { Idle: 1, Waiting: 0 }, "all has come back");
    }

    [Fact]
    public async Task A_key_that_changes_its_hash_code_is_another_key_and_can_be_returned()
    {
        var pool = await StartAsync(0, 2);
        var key = new ChangingKey();
        for (var i = 0; i < 100; i++)
        {
            var lease = await pool.GetConnAsync(key);
            key.Hash++;
            await pool.PutConnAsync(lease, key);
        }

        Assert.Equal(0, pool.Statistics.InUse);
        Assert.InRange(pool.Statistics.Open, 1, 2);
    }

    public static TheoryData<object> Odd() => new()
    {
        double.NaN,
        float.NaN,
        double.NegativeZero,
        "",
        new string('k', 10_000_000),
        "\0",
        "\ud800",
        DBNull.Value,
        typeof(KeyTests),
        (1, "two", 3.0),
        new DateTime(0),
    };

    [Theory]
    [MemberData(nameof(Odd), DisableDiscoveryEnumeration = true)]
    public async Task An_odd_key_is_a_key_like_others(object key)
    {
        var pool = await StartAsync(0, 2);
        var lease = await pool.GetConnAsync(key);

        Assert.Same(lease, await pool.GetConnAsync(key));
        Assert.Equal(key, lease.Key);
        Assert.Equal(key, Assert.Single(await pool.GetLeasesAsync()).Key);
        await pool.PutConnAsync(lease, key);

        await using var again = await pool.GetConnAsync(key);
        Assert.False(again.IsNewSession);
    }

    [Fact]
    public async Task Arrays_are_keys_by_reference_as_everywhere()
    {
        var pool = await StartAsync(0, 2);
        byte[] key = [1, 2];
        var lease = await pool.GetConnAsync(key);

        Assert.Same(lease, await pool.GetConnAsync(key));
        await using var other = await pool.GetConnAsync(new byte[] { 1, 2 });
        Assert.NotSame(lease, other);
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_and_a_pool_can_be_keys()
    {
        var pool = await StartAsync(0, 3);
        await using var lease = await pool.GetConnAsync(pool);
        await using var other = await pool.GetConnAsync(lease);

        Assert.Same(lease, other.Key);
    }

    private sealed class ThrowingKey
    {
        public bool InHashCode { get; set; }

        public bool InEquals { get; set; }

        public override int GetHashCode() => InHashCode ? throw new InvalidTimeZoneException("hash") : 1;

        public override bool Equals(object? obj) => InEquals ? throw new InvalidTimeZoneException("equals") : obj is ThrowingKey;
    }

    private sealed class ChangingKey
    {
        public int Hash { get; set; }

        public override int GetHashCode() => Hash;

        public override bool Equals(object? obj) => ReferenceEquals(this, obj);
    }
}
