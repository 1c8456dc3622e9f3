using ActorPool.Tests.PostgreSQL.Support;
using Dapper;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Liveness;

/// <summary>Sessions that an error on the list <c>retire-on</c> has made useless.</summary>
public sealed class RetireOnTests : PoolTest
{
    [Theory]
    [InlineData("25006", true)]
    [InlineData("57P01", false)]
    public async Task An_error_on_the_list_in_a_hook_has_the_other_connections_validated(string retireOn, bool areValidated)
    {
        var faulty = 0;
        var pool = await StartAsync(2, 2, settings => settings with
        {
            RetireOn = [retireOn],
            OnReturn = (connection, token) => connection.ProcessID == faulty ? connection.ExecuteAsync("BEGIN READ ONLY; CREATE TABLE t (n int)") : Task.CompletedTask,
        });
        var (one, other) = (await pool.GetConnAsync(), await pool.GetConnAsync());
        var sibling = await PidAsync(other);
        faulty = await PidAsync(one);
        await other.DisposeAsync();
        await EventuallyAsync(() => pool.Statistics.Idle == 1, "the sibling is idle");

        await one.DisposeAsync();

        await EventuallyAsync(() => pool.Statistics is { ClosedByHook: 1, Idle: 2 }, "it is replaced");
        Assert.Equal(areValidated ? 1 : 0, await Backends.CountAsync($"pid = {sibling} AND query = 'SELECT 1'"));
    }

    [Fact]
    public async Task A_session_ended_by_its_error_is_replaced_on_return()
    {
        var pool = await StartAsync(1, 1);
        var lease = await pool.GetConnAsync();
        var pid = await PidAsync(lease);
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(lease, "SELECT pg_terminate_backend(pg_backend_pid())"));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, error.SqlState);

        await pool.PutConnAsync(lease);

        await using var next = await pool.GetConnAsync();
        Assert.NotEqual(pid, await PidAsync(next));
        Assert.Equal(1, pool.Statistics.Lost);
    }
}
