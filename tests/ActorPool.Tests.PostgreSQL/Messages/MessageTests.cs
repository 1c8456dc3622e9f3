using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Akka.Event;

namespace ActorPool.Tests.PostgreSQL.Messages;

/// <summary>Messages to the manager that make no sense: none crashes it, and each question has an answer.</summary>
public sealed class MessageTests : PoolTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    public static TheoryData<object> Foreign() => new()
    {
        "getconn",
        42,
        new object(),
        Array.Empty<byte>(),
        new ConnPut(),
        new AllClosed(),
        new Resized(),
        new Drained(),
        new Paused(),
        new Resumed(),
        new PoolStatistics { Name = "forged", Min = 0, Max = 1 },
        new PoolLease(null, "nobody", TimeSpan.Zero, 1),
        new Status.Failure(new InvalidOperationException("not mine")),
        new Status.Success(1),
        new PoolException(PoolErrorKind.Closed, "not mine"),
        typeof(GetConn),
    };

    [Theory]
    [MemberData(nameof(Foreign), DisableDiscoveryEnumeration = true)]
    public async Task A_foreign_message_is_unhandled_and_changes_nothing(object message)
    {
        var pool = await StartAsync(1, 1);
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));

        pool.Manager.Tell(message, TestActor);

        Assert.Same(message, (await ExpectMsgAsync<UnhandledMessage>(Soon)).Message);
        await WorksAsync(pool);
    }

    [Fact]
    public async Task An_ended_lease_sent_to_the_manager_changes_nothing()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        await lease.DisposeAsync();

        for (var i = 0; i < 3; i++)
            pool.Manager.Tell(lease, TestActor);

        await WorksAsync(pool);
        Assert.Equal((1, 2L), (pool.Statistics.Open, pool.Statistics.Granted));
    }

    [Fact]
    public async Task Null_cannot_be_sent()
    {
        var pool = await StartAsync(1, 1);

        Assert.ThrowsAny<Exception>(() => pool.Manager.Tell(null!, TestActor));

        await WorksAsync(pool);
    }

    [Fact]
    public async Task A_PutConn_of_null_or_of_a_foreign_lease_is_refused_and_changes_nothing()
    {
        var pool = await StartAsync(1, 1);
        var other = await StartAsync(1, 1);
        await using var simple = await SimpleConnectionPool.StartAsync(new PoolSettings(ConnectionString, 1, 1));
        var mine = await pool.GetConnAsync("mine");
        var theirs = await other.GetConnAsync();
        var simples = await simple.GetConnAsync();

        foreach (var put in new[] { new PutConn(null!), new PutConn(null!, "mine", Close: true), new PutConn(theirs), new PutConn(simples), new PutConn(mine, "other"), new PutConn(mine, new object()) })
            await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.Manager.Ask<ConnPut>(put, Soon));
        foreach (var foreign in new[] { theirs, simples })
            await RefusedAsync(PoolErrorKind.NotCheckedOut, () => pool.PutConnAsync(foreign).AsTask());
        await RefusedAsync(PoolErrorKind.NotCheckedOut, () => simple.PutConnAsync(mine).AsTask());

        Assert.Equal((1, 1, 1), (pool.Statistics.InUse, other.Statistics.InUse, simple.Statistics.InUse));
        foreach (var lease in new[] { mine, theirs, simples })
        {
            Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
            await lease.DisposeAsync();
        }

        await WorksAsync(pool);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    [InlineData(int.MinValue, int.MaxValue)]
    [InlineData(int.MaxValue, int.MinValue)]
    public async Task A_Resize_with_bad_numbers_is_answered_with_an_ArgumentException(int min, int max)
    {
        var pool = await StartAsync(1, 1);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => pool.Manager.Ask<Resized>(new Resize(min, max), Soon));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => pool.ResizeAsync(min, max));
        // Without a sender the error is only logged.
        pool.Manager.Tell(new Resize(min, max), ActorRefs.NoSender);

        await WorksAsync(pool);
        Assert.Equal((1, 1), (pool.Statistics.Min, pool.Statistics.Max));
    }

    [Fact]
    public async Task Every_command_may_come_without_a_sender()
    {
        var pool = await StartAsync(1, 1);

        foreach (var message in new object[] { new GetConn(), new GetConn("k") { Owner = TestActor }, new PutConn(null!), new GetStatistics(), new GetLeases(), new Drain(), new Pause(), new Pause(UntilReturned: true), new Resume() })
        {
            pool.Manager.Tell(message, ActorRefs.NoSender);
            pool.Manager.Tell(message, ActorRefs.Nobody);
            pool.Manager.Tell(message, Sys.DeadLetters);
        }

        await WorksAsync(pool);
        Assert.Equal(0, pool.Statistics.Waiting);
    }

    private static async Task WorksAsync(ConnectionPool pool)
    {
        var lease = await pool.Manager.Ask<PooledConnection>(new GetConn(), Soon);
        Assert.Equal(1, await ScalarAsync(lease, "SELECT 1"));
        await pool.Manager.Ask<ConnPut>(new PutConn(lease), Soon);
        Assert.Equal(0, pool.Statistics.InUse);
    }

    private static async Task RefusedAsync(PoolErrorKind kind, Func<Task> call) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<PoolException>(call)).Kind);
}
