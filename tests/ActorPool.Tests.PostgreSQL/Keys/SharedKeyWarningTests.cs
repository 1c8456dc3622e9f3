using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Akka.Event;

namespace ActorPool.Tests.PostgreSQL.Keys;

/// <summary>A warning shows that two borrowers use one connection through a shared key.</summary>
public sealed class SharedKeyWarningTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public SharedKeyWarningTests() => Sys.EventStream.Subscribe(TestActor, typeof(Warning));

    [Fact]
    public async Task Two_requests_at_once_for_one_key_are_one_warning_with_both_places()
    {
        var pool = await StartAsync(1, 2);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => pool.GetConnAsync("k").AsTask()));
        await pool.GetConnAsync("k");
        await pool.GetConnAsync("other");
        await pool.GetConnAsync("other");

        var text = (await WarningsAsync(pool)).Single();
        Assert.Equal(2, text.Split($"{nameof(SharedKeyWarningTests)}.cs:").Length - 1);
        Assert.Contains("key-sharing = exclusive", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_actors_with_one_key_are_one_warning_with_both_paths()
    {
        var pool = await StartAsync(1, 1);
        var borrowed = CreateTestProbe();
        var actors = new List<IActorRef>();
        for (var i = 0; i < 2; i++)
        {
            actors.Add(Sys.ActorOf(BorrowerActor.Props(pool.Manager, borrowed, request: new GetConn("k"))));
            await borrowed.ExpectMsgAsync<BorrowerActor.Borrowed>();
        }

        var text = (await WarningsAsync(pool)).Single();
        Assert.All(actors, actor => Assert.Contains(actor.Path.ToString(), text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_actor_that_asks_for_its_own_key_again_is_not_warned()
    {
        var pool = await StartAsync(1, 1);
        var owner = Sys.ActorOf(Props.Empty);

        for (var i = 0; i < 2; i++)
            await pool.GetConnAsync(new GetConn("k") { Owner = owner });

        Assert.Empty(await WarningsAsync(pool));
        Assert.Equal(1, pool.Statistics.Joined);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("psycopg2")]
    [InlineData("exclusive")]
    [InlineData("exclusive request")]
    public async Task A_pool_that_shares_on_purpose_or_not_at_all_does_not_warn(string kind)
    {
        var pool = await StartAsync(kind switch
        {
            "off" => new PoolSettings(ConnectionString, 1, 1) { SharedKeyWarning = false },
            "psycopg2" => PoolSettings.Psycopg2(ConnectionString, 1, 1),
            "exclusive" => new PoolSettings(ConnectionString, 1, 1) { KeySharing = KeySharing.Exclusive },
            _ => new PoolSettings(ConnectionString, 1, 1),
        });

        var first = await pool.GetConnAsync(new GetConn("k") { Exclusive = kind == "exclusive request" });
        var second = pool.GetConnAsync("k").AsTask();
        await pool.PutConnAsync(first);
        await second.WaitAsync(Soon);

        Assert.Empty(await WarningsAsync(pool));
    }

    /// <summary>The warnings so far. The manager logs before it answers the next message.</summary>
    private async Task<IReadOnlyList<string>> WarningsAsync(ConnectionPool pool)
    {
        await pool.Manager.Ask<PoolStatistics>(new GetStatistics(), Soon);
        TestActor.Tell(nameof(WarningsAsync));
        var texts = new List<string>();
        await FishForMessageAsync(message =>
        {
            // A lease that the test does not keep may be reported as forgotten at any time.
            if (message is Warning warning && $"{warning.Message}" is var text && text.Contains("share one connection", StringComparison.Ordinal))
                texts.Add(text);
            return message is nameof(WarningsAsync);
        });
        return texts;
    }
}
