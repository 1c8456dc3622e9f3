using ActorPool.Driver;
using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Driver;

/// <summary>A role's search_path puts its functions and operators before the server's; the pool's statements call the server's.</summary>
public sealed class SearchPathTests : DriverTest
{
    private const string Traps = """
        CREATE SCHEMA mine;
        CREATE TABLE mine.sprung (what text);
        CREATE FUNCTION mine.pg_advisory_unlock_all() RETURNS void LANGUAGE sql AS $$ INSERT INTO mine.sprung VALUES ('unlock') $$;
        CREATE FUNCTION mine.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ INSERT INTO mine.sprung VALUES ('set') RETURNING what $$;
        CREATE FUNCTION mine.pg_terminate_backend(integer) RETURNS boolean LANGUAGE sql AS $$ INSERT INTO mine.sprung VALUES ('end') RETURNING true $$;
        CREATE FUNCTION mine.abs(double precision) RETURNS double precision LANGUAGE sql AS $$ INSERT INTO mine.sprung VALUES ('abs') RETURNING 1e9 $$;
        CREATE FUNCTION mine.equal(integer, integer) RETURNS boolean LANGUAGE sql AS $$ INSERT INTO mine.sprung VALUES ('=') RETURNING false $$;
        CREATE OPERATOR mine.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = mine.equal);
        CREATE VIEW mine.pg_stat_activity AS SELECT * FROM pg_catalog.pg_stat_activity WHERE false;
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_full_reset_releases_the_locks(bool prepend)
    {
        await SetTrapsAsync();
        var pool = await StartOneAsync(DriverAccess.Internals, settings => settings with { PrependReset = prepend });
        await using (var last = await pool.GetConnAsync("last"))
            await ExecuteAsync(last, "SELECT pg_advisory_lock(7)");

        await using var next = await pool.GetConnAsync("next");

        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid OPERATOR(pg_catalog.=) pg_backend_pid()"));
        Assert.Equal(0L, await ScalarAsync(next, "SELECT count(*) FROM mine.sprung"));
    }

    [Fact]
    public async Task A_stubborn_backend_is_terminated()
    {
        await SetTrapsAsync();
        var settings = new PoolSettings(ConnectionString, 1, 2);
        await using var source = NpgsqlSource.Create(settings);
        var (one, other) = (source.Create(), source.Create());
        await one.OpenAsync();
        await other.OpenAsync();

        await other.TerminateAsync(new BackendIdentity(one.ProcessId, System.Diagnostics.Stopwatch.GetTimestamp()));

        Assert.Equal(0, await Backends.WaitForAsync(0, $"pid = {one.ProcessId}"));
        await one.AbortAsync();
        await other.CloseAsync();
    }

    private async Task SetTrapsAsync()
    {
        await using var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand($"{Traps} ALTER DATABASE \"{admin.Database}\" SET search_path = mine, pg_catalog, public", admin);
        await command.ExecuteNonQueryAsync();
    }
}
