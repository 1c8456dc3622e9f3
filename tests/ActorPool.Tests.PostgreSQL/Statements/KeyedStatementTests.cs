using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Statements;

/// <summary>Statements with a key: on the session of the key, in the order of arrival.</summary>
public sealed class KeyedStatementTests : PoolTest
{
    private static StatementOptions For(object key) => new() { Key = key };

    [Fact]
    public async Task Statements_of_a_key_run_in_their_order_on_one_session()
    {
        var pool = await StartAsync(1, 4);
        await pool.ExecuteAsync($"CREATE TABLE step (n int, pid int, at serial)");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => pool.ExecuteAsync($"INSERT INTO step VALUES ({n}, pg_backend_pid())", For("a")).AsTask()));

        Assert.Equal(Enumerable.Range(0, 500), await pool.QueryAsync($"SELECT n FROM step ORDER BY at", row => row.GetInt32(0)));
        Assert.Equal(1, await pool.ScalarAsync<long>($"SELECT count(DISTINCT pid) FROM step"));
    }

    [Fact]
    public async Task A_key_keeps_the_state_of_its_session_and_shares_it_with_none()
    {
        var pool = await StartAsync(1, 4);
        await pool.ExecuteAsync($"SELECT set_config('my.key', 'a', false)", For("a"));
        await pool.ExecuteAsync($"SELECT set_config('my.key', 'b', false)", For("b"));

        Assert.Equal("a", await pool.ScalarAsync<string>($"SELECT current_setting('my.key', true)", For("a")));
        Assert.Equal("b", await pool.ScalarAsync<string>($"SELECT current_setting('my.key', true)", For("b")));
        Assert.Equal("", await pool.ScalarAsync<string>($"SELECT coalesce(current_setting('my.key', true), '')"));
    }

    [Fact]
    public async Task The_hook_initializes_the_session_of_a_key_before_its_first_statement()
    {
        var pool = await StartAsync(1, 2, settings => settings with
        {
            InitializeSession = async (connection, key, token) =>
            {
                await using var command = new NpgsqlCommand("SELECT set_config('my.tenant', $1, false)", connection) { Parameters = { new() { Value = key } } };
                await command.ExecuteNonQueryAsync(token);
            },
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => pool.ScalarAsync<string>($"SELECT current_setting('my.tenant')", For($"t{n % 6}")).AsTask()));

        Assert.Equal(Enumerable.Range(0, 60).Select(n => $"t{n % 6}"), answers);
    }

    [Fact]
    public async Task While_a_key_is_lent_its_statements_wait_and_others_do_not()
    {
        var pool = await StartAsync(1, 4);
        Task<int> waiting;
        await using (var lease = await pool.GetConnAsync("a"))
        {
            waiting = pool.ExecuteAsync($"SELECT 1", For("a")).AsTask();
            await pool.ExecuteAsync($"SELECT 1", For("b"));
            Assert.False(waiting.IsCompleted);
        }

        await waiting;
    }

    [Fact]
    public async Task A_lease_of_a_key_waits_for_the_statements_that_came_before()
    {
        var pool = await StartAsync(1, 4);
        var slow = pool.ExecuteAsync($"SELECT pg_sleep(0.2)", For("a")).AsTask();
        await using (await pool.GetConnAsync("a"))
            Assert.True(slow.IsCompleted);
    }

    [Fact]
    public async Task More_keys_than_connections_take_turns()
    {
        var pool = await StartAsync(1, 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(n => pool.ScalarAsync<int>($"SELECT {n}::int", For(n % 20)).AsTask()));

        Assert.Equal(Enumerable.Range(0, 400), answers);
    }

    [Fact]
    public async Task The_setting_of_a_key_may_be_changed_by_SET()
    {
        var pool = await StartAsync(1, 2);
        await pool.ExecuteAsync($"SET application_name = 'of a'", For("a"));

        Assert.Equal("of a", await pool.ScalarAsync<string>($"SELECT current_setting('application_name')", For("a")));
    }
}
