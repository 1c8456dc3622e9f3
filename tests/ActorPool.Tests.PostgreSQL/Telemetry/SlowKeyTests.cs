using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>The pool's statistics while the code of a key holds up its borrower.</summary>
public sealed class SlowKeyTests : TelemetryTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_statistics_can_be_read_while_the_key_of_a_request_is_compared(bool asks)
    {
        using var key = new SlowKey();
        var pool = await StartNamedAsync(1, 2);
        await using var other = await pool.GetConnAsync();

        var held = await key.HoldUpAsync(() => asks ? pool.Manager.Ask<PooledConnection>(new GetConn(key)) : pool.GetConnAsync(key).AsTask());

        Assert.Equal(1, (await ReadAsync(pool)).InUse);
        key.Release();
        await (await held).DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_statistics_can_be_read_while_the_key_of_a_return_is_compared(bool asks)
    {
        using var key = new SlowKey();
        var pool = await StartNamedAsync(1, 2);
        using var borrowed = new SlowKey();
        var connection = await pool.GetConnAsync(borrowed);

        var held = await key.HoldUpAsync(async () =>
        {
            if (asks)
                return await pool.Manager.Ask<ConnPut>(new PutConn(connection, key));
            await pool.PutConnAsync(connection, key);
            return null;
        });

        Assert.Equal(1, (await ReadAsync(pool)).InUse);
        key.Release();
        await held;
        Assert.Equal(0, pool.Statistics.InUse);
    }

    private static Task<PoolStatistics> ReadAsync(ConnectionPool pool) =>
        Task.Factory.StartNew(() => pool.Statistics, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Soon);
}
