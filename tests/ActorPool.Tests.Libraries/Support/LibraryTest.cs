using System.Data.Common;
using ActorPool.TestSupport;
using ActorPool.Tests.PostgreSQL.Support;

namespace ActorPool.Tests.Libraries.Support;

/// <summary>
/// A test of a library that runs on a small pool. It ends with the questions that each library must answer: is everything returned,
/// was no connection opened anew, and did no request wait?
/// </summary>
public abstract class LibraryTest : PoolTest
{
    protected const int Connections = 4;

    private const string Application = "library";

    private int[] _backends = [];

    /// <summary>All its connections are open from the start, so that each further one shows a discarded one.</summary>
    protected ConnectionPool Pool { get; private set; } = null!;

    protected DbDataSource DataSource { get; private set; } = null!;

    /// <summary>There are more borrowers than connections.</summary>
    protected bool MayWait { get; set; }

    /// <summary>How many connections the test ended at the server.</summary>
    protected int Killed { get; set; }

    /// <summary>How many connections the library closes, as documented.</summary>
    protected int Discarded { get; set; }

    /// <summary>How many requests the test let time out.</summary>
    protected int TimedOut { get; set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Pool = await StartAsync(Connections, Connections, Configure);
        DataSource = new PooledDataSource(Pool);
        _backends = await PoolBackendsAsync();
        Assert.Equal(Connections, _backends.Length);
    }

    public override async Task DisposeAsync()
    {
        try
        {
            await CheckAsync(Pool);
            if (Killed + Discarded == 0)
                await EventuallyAsync(async () => _backends.Order().SequenceEqual((await PoolBackendsAsync()).Order()), "the backends are those from before");
        }
        finally
        {
            await base.DisposeAsync();
        }
    }

    /// <summary>The pool's settings, with an application name by which its backends are known.</summary>
    protected virtual PoolSettings Configure(PoolSettings settings) => settings with { ConnectionString = $"{settings.ConnectionString};Application Name={Application}" };

    /// <summary>What the library is given; the caller disposes it.</summary>
    protected async Task<DbConnection> ConnectAsync(Given given) =>
        given == Given.Lease ? await Pool.GetConnAsync() : DataSource.CreateConnection();

    protected async Task ExecuteAsync(string sql)
    {
        await using var lease = await Pool.GetConnAsync();
        await ExecuteAsync(lease, sql);
    }

    protected async Task<object?> ScalarAsync(string sql)
    {
        await using var lease = await Pool.GetConnAsync();
        return await ScalarAsync(lease, sql);
    }

    /// <summary>Waits for the observable.</summary>
    protected static Task EventuallyAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null) => Until.TrueAsync(condition, what, within);

    /// <summary>Nothing is lent, and no connection was opened but at the start and for those that the test ended.</summary>
    protected async Task CheckAsync(IConnectionPool pool)
    {
        await EventuallyAsync(() => pool.Statistics is { InUse: 0, Waiting: 0, Resetting: 0, Validating: 0, Closing: 0, Opening: 0 }, "every connection is returned");
        var after = pool.Statistics;
        Assert.Equal(
            new Counters(Connections + Killed + Discarded, Killed, Discarded, TimedOut, Cancelled: 0, NotCheckedOut: 0, EndedByForce: 0),
            new Counters(after.Opened, after.Lost, after.Closed - after.Lost, after.TimedOut, after.Cancelled, after.NotCheckedOut, after.EndedByForce));
        if (!MayWait && Killed + Discarded == 0)
            Assert.Equal(0, after.Waited);
    }

    // Without the workers of a query that runs in parallel.
    private Task<int[]> PoolBackendsAsync() => Backends.PidsAsync($"application_name = '{Application}' AND backend_type = 'client backend'");

    private sealed record Counters(long Opened, long Lost, long Discarded, long TimedOut, long Cancelled, long NotCheckedOut, long EndedByForce);
}
