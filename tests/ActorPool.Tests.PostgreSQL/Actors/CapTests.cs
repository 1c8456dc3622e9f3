using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Actors;

/// <summary>The server never has more backends of a pool than its maximum.</summary>
public sealed class CapTests : PoolTest
{
    // A backend outlives its close for as long as it drops its temp tables.
    private static readonly string ManyTempTables = string.Join(';', Enumerable.Range(0, 200).Select(n => $"CREATE TEMP TABLE t{n} (id int)"));

    [Fact]
    public async Task Three_hundred_actors_at_once_share_eight_backends()
    {
        var pool = await StartAsync(0, 8);
        var served = Task.Run(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                Sys.ActorOf(BorrowerActor.Props(pool.Manager, TestActor, async connection =>
                {
                    await ExecuteAsync(connection, "SELECT pg_sleep(0.005)");
                    await connection.DisposeAsync();
                }));
            }

            for (var i = 0; i < 300; i++)
                ExpectMsg<BorrowerActor.Borrowed>(TimeSpan.FromSeconds(30));
        });

        Assert.Equal(8, await Backends.MostDuringAsync(served));
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Open: 8, Granted: 300 }, "all are served and the connections are back");
    }

    [Fact]
    public async Task A_place_is_filled_only_when_its_old_backend_is_gone()
    {
        var pool = await StartAsync(0, 1);
        var rounds = Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                var connection = await pool.GetConnAsync();
                await ExecuteAsync(connection, ManyTempTables);
                await pool.PutConnAsync(connection, close: true);
            }
        });

        Assert.Equal(1, await Backends.MostDuringAsync(rounds));
    }

    [Theory]
    [InlineData("SELECT pg_sleep(60)")]
    [InlineData("SELECT generate_series(1, 1000)")]
    [InlineData("SELECT generate_series(1, 10000000)")]
    public async Task A_place_taken_back_from_a_borrower_is_filled_when_its_backend_is_gone(string query)
    {
        var pool = await StartAsync(0, 1);
        var rounds = Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                var ready = new TaskCompletionSource();
                var borrower = Sys.ActorOf(BorrowerActor.Props(pool.Manager, ActorRefs.Nobody, async connection =>
                {
                    await ExecuteAsync(connection, ManyTempTables);
                    if (query.Contains("sleep", StringComparison.Ordinal))
                        ready.SetResult();
                    var command = connection.CreateCommand();
                    command.CommandText = query;
                    // The borrower ends in the middle of the result.
                    await (await command.ExecuteReaderAsync()).ReadAsync();
                    ready.TrySetResult();
                }));
                await ready.Task;
                Sys.Stop(borrower);
            }

            await using var last = await pool.GetConnAsync();
        });

        Assert.Equal(1, await Backends.MostDuringAsync(rounds));
    }

    [Fact]
    public async Task A_backend_killed_from_outside_is_replaced_by_one_backend()
    {
        var pool = await StartAsync(1, 1);
        var rounds = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await using var connection = await pool.GetConnAsync();
                await Assert.ThrowsAnyAsync<Exception>(() => ExecuteAsync(connection, "SELECT pg_terminate_backend(pg_backend_pid())"));
            }
        });

        Assert.Equal(1, await Backends.MostDuringAsync(rounds));
    }
}
