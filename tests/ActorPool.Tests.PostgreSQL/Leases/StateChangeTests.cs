using System.Data;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>StateChange goes from open to closed once, however the lease ends.</summary>
public sealed class StateChangeTests : PoolTest
{
    private readonly List<(ConnectionState From, ConnectionState To)> _heard = [];

    [Theory]
    [InlineData("Dispose")]
    [InlineData("DisposeAsync")]
    [InlineData("Close")]
    [InlineData("CloseAsync")]
    public async Task StateChange_is_raised_once_on_the_thread_that_ends_the_lease(string end)
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var thread = 0;
        lease.StateChange += (sender, _) =>
        {
            Assert.Same(lease, sender);
            Assert.Equal(ConnectionState.Closed, lease.State);
            thread = Environment.CurrentManagedThreadId;
        };
        Hear(lease);
        var here = End();
        await lease.DisposeAsync();

        Assert.Equal([(ConnectionState.Open, ConnectionState.Closed)], _heard);
        Assert.Equal(here, thread);

        int End()
        {
            _ = end switch
            {
                "Dispose" => Do(lease.Dispose),
                "DisposeAsync" => lease.DisposeAsync().AsTask(),
                "Close" => Do(lease.Close),
                _ => lease.CloseAsync(),
            };
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task StateChange_is_raised_once_when_the_lease_is_put()
    {
        var pool = await StartAsync(2, 2);
        var (one, other) = (await pool.GetConnAsync(), await pool.GetConnAsync());
        Hear(one);
        Hear(other);
        await pool.PutConnAsync(one);
        await pool.Manager.Ask<ConnPut>(new PutConn(other));

        await EventuallyAsync(() => _heard.Count == 2, "it is heard of both");
    }

    [Fact]
    public async Task StateChange_is_raised_at_an_end_by_force_and_a_slow_handler_blocks_no_others()
    {
        var pool = await StartAsync(1, 2, settings => settings with { MaxHoldTime = TimeSpan.FromSeconds(1.5) });
        var lease = await pool.GetConnAsync();
        using var heard = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        lease.StateChange += (_, _) =>
        {
            heard.Set();
            goOn.Wait(TimeSpan.FromSeconds(60));
        };
        Assert.True(heard.Wait(TimeSpan.FromSeconds(15)));

        await using (var next = await pool.GetConnAsync())
            Assert.Equal(1, await ScalarAsync(next, "SELECT 1"));
        goOn.Set();
    }

    [Fact]
    public async Task A_handler_that_throws_costs_no_place()
    {
        var pool = await StartAsync(1, 1);
        for (var i = 0; i < 4; i++)
        {
            var lease = await pool.GetConnAsync();
            lease.StateChange += (_, _) => throw new InvalidTimeZoneException();
            if (i % 2 == 0)
                await Assert.ThrowsAsync<InvalidTimeZoneException>(() => lease.DisposeAsync().AsTask());
            else
                await pool.PutConnAsync(lease);
        }

        Assert.Equal((4, 1), (pool.Statistics.Granted, pool.Statistics.Idle));
    }

    [Fact]
    public async Task A_handler_is_not_called_for_the_next_lease_of_the_connection()
    {
        var pool = await StartAsync(1, 1);
        await using (var lease = await pool.GetConnAsync())
            Hear(lease);
        await using (var next = await pool.GetConnAsync())
            Assert.Single(_heard);
        Assert.Single(_heard);
    }

    [Fact]
    public async Task A_handler_that_was_removed_is_not_called()
    {
        var pool = await StartAsync(1, 1);
        await using (var lease = await pool.GetConnAsync())
        {
            lease.StateChange += Note;
            lease.StateChange -= Note;
        }

        Assert.Empty(_heard);
    }

    private static Task Do(Action end)
    {
        end();
        return Task.CompletedTask;
    }

    private void Hear(PooledConnection lease) => lease.StateChange += Note;

    private void Note(object sender, StateChangeEventArgs change)
    {
        lock (_heard)
            _heard.Add((change.OriginalState, change.CurrentState));
    }
}
