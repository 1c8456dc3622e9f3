using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Waiting;

/// <summary>Ten thousand requests that time out or are cancelled at random instants: before, during and after their grant.</summary>
public sealed class RandomEndsTests : PoolTest
{
    private const int Max = 8;
    private const int Batches = 10;
    private const int PerBatch = 1000;

    private readonly Random _random = new(7);
    private int _served;
    private int _ended;

    [Theory]
    [InlineData(0, "shared")]
    [InlineData(30, "shared")]
    [InlineData(30, "exclusive")]
    [InlineData(30, "mixed")]
    public async Task Ten_thousand_requests_ended_at_random_lose_no_connection(int keys, string kind)
    {
        var pool = await StartAsync(0, Max, settings => settings with { KeySharing = kind == "exclusive" ? KeySharing.Exclusive : KeySharing.Shared, DiscardOnKeyChange = false });
        var owner = Sys.ActorOf(Props.Empty);

        var most = await Backends.MostDuringAsync(Task.Run(async () =>
        {
            var longest = TimeSpan.FromMilliseconds(60);
            for (var batch = 0; batch < Batches; batch++)
            {
                var before = _served;
                var limits = Enumerable.Range(0, PerBatch).Select(_ => TimeSpan.FromTicks(_random.Next((int)longest.Ticks))).ToArray();
                await Task.WhenAll(limits.Select((limit, n) => RequestAsync(pool, n, RequestOf(n), kind, limit)));
                // On a slow machine too few requests would be served.
                if (_served - before < PerBatch / 20)
                    longest *= 2;
            }
        }));

        // How near the number comes to the cap depends on the speed of the machine.
        Assert.InRange(Math.Max(most, await Backends.CountAsync()), Max / 2, Max);
        Assert.Equal(Batches * PerBatch, _served + _ended);
        Assert.True(_served > 100 && _ended > 100, $"{_served} were served, and {_ended} ended before.");
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0, Opening: 0, Resetting: 0, Validating: 0, Closing: 0 } now && now.Open == now.Idle, "everything is back");
        Assert.Equal(pool.Statistics.Open, await Backends.WaitForAsync(pool.Statistics.Open));
        var all = await Task.WhenAll(Enumerable.Range(0, Max).Select(_ => pool.GetConnAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(12))));
        Assert.Equal(Max, (await Task.WhenAll(all.Select(PidAsync))).Distinct().Count());
        Assert.Equal(Max, pool.Statistics.InUse);
        Assert.Equal(0, pool.Statistics.Reclaimed);
        foreach (var connection in all)
            await connection.DisposeAsync();

        GetConn RequestOf(int n) => new(keys == 0 ? null : n % keys)
        {
            Owner = n % 5 == 0 ? owner : null,
            Exclusive = kind == "mixed" && n / keys % 3 == 0,
        };
    }

    private async Task RequestAsync(ConnectionPool pool, int n, GetConn request, string kind, TimeSpan limit)
    {
        try
        {
            using var cancellation = new CancellationTokenSource(limit);
            await using var connection = (n % 4) switch
            {
                0 => await pool.Manager.Ask<PooledConnection>(request, limit + TimeSpan.FromTicks(1)),
                1 => await pool.Manager.Ask<PooledConnection>(request, cancellation.Token),
                _ => await pool.GetConnAsync(request with { Owner = null }, cancellation.Token),
            };
            // Sharers of a key would be in each other's way.
            if (request is { Key: not null, Exclusive: false } && kind != "exclusive")
                await Task.Delay(2);
            else
                await ScalarAsync(connection, "SELECT 1");
            Interlocked.Increment(ref _served);
        }
        catch (Exception error) when (error is AskTimeoutException or OperationCanceledException)
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
