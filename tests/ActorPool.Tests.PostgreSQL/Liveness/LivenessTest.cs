using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>A test with backends that end while they are idle.</summary>
public abstract class LivenessTest : DriverTest
{
    /// <summary>Terminates backends, and waits until they are gone.</summary>
    protected async Task<int> KillAsync(string condition = "true")
    {
        // The pool may have replaced some of them before the last is gone.
        var these = $"pid IN ({string.Join(',', await Backends.PidsAsync(condition))})";
        var killed = await Backends.TerminateAsync(these);
        Assert.Equal(0, await Backends.WaitForAsync(0, these));
        return killed;
    }

    /// <summary>Borrows, runs a query and returns; the backend it was run on.</summary>
    protected static async Task<int> UseAsync(ConnectionPool pool, object? key = null)
    {
        await using var connection = await pool.GetConnAsync(key);
        return await PidAsync(connection);
    }

    /// <summary>The same by Ask.</summary>
    protected static async Task<int> UseByAskAsync(ConnectionPool pool, object? key = null)
    {
        var connection = await pool.Manager.Ask<PooledConnection>(new GetConn(key), TimeSpan.FromSeconds(20));
        var pid = await PidAsync(connection);
        await pool.Manager.Ask<ConnPut>(new PutConn(connection, key), TimeSpan.FromSeconds(20));
        return pid;
    }

    protected static Task<int> UseAsync(ConnectionPool pool, bool byAsk, object? key = null) => byAsk ? UseByAskAsync(pool, key) : UseAsync(pool, key);
}
