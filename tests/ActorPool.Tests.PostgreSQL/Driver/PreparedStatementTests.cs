using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>Prepared statements outlive the full reset, since the driver goes on using them.</summary>
public sealed class PreparedStatementTests : DriverTest
{
    [Theory, BothWays]
    public async Task Explicitly_prepared_statements_work_after_a_full_reset(DriverAccess access)
    {
        var pool = await StartOneAsync(access, settings => settings with { Reset = ResetMode.DiscardAll });
        var pids = new HashSet<int>();
        for (var round = 0; round < 4; round++)
        {
            await using var lease = await pool.GetConnAsync(round);
            pids.Add(await PidAsync(lease));
            await using var command = lease.CreateCommand();
            command.CommandText = "SELECT 41 + $1";
            command.Parameters.Add(new NpgsqlParameter { Value = 1 });
            await command.PrepareAsync();
            Assert.Equal(42, await command.ExecuteScalarAsync());
            Assert.Equal(42, await command.ExecuteScalarAsync());
        }

        Assert.Single(pids);
    }

    [Theory, BothWays]
    public async Task Automatically_prepared_statements_work_after_a_full_reset(DriverAccess access)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { MaxAutoPrepare = 10, AutoPrepareMinUsages = 2 }.ConnectionString;
        var pool = await StartOneAsync(access, settings => settings with { ConnectionString = text });
        long prepared = 0;
        for (var round = 0; round < 4; round++)
        {
            await using var lease = await pool.GetConnAsync(round);
            for (var use = 0; use < 5; use++)
            {
                await using var command = lease.CreateCommand();
                command.CommandText = "SELECT 41 + $1";
                command.Parameters.Add(new NpgsqlParameter { Value = use });
                Assert.Equal(41 + use, await command.ExecuteScalarAsync());
            }

            prepared = (long)(await ScalarAsync(lease, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 41%'"))!;
        }

        Assert.Equal(1, prepared);
    }
}
