using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

public sealed class ConnectionStringTests : PoolTest
{
    [Fact]
    public async Task The_connection_string_shows_no_password_with_any_settings()
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = "hunter2", PersistSecurityInfo = true };
        var pool = await StartAsync(new PoolSettings(text.ConnectionString, 1, 1));
        await using var lease = await pool.GetConnAsync();

        Assert.DoesNotContain("hunter2", lease.ConnectionString, StringComparison.Ordinal);
        Assert.Contains($"Database={text.Database}", lease.ConnectionString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_connection_string_shows_no_password_of_a_key_file(bool persist)
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = "hunter2", SslPassword = "hunter3", PersistSecurityInfo = persist };
        var settings = new PoolSettings(text.ConnectionString, 1, 1);
        var pool = await StartAsync(settings);
        await using var lease = await pool.GetConnAsync();

        Assert.DoesNotContain("hunter", lease.ConnectionString, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_string_is_made_once()
    {
        var pool = await StartAsync(1, 1);
        await using var lease = await pool.GetConnAsync();
        var text = lease.ConnectionString;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var again = lease.ConnectionString;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Same(text, again);
        Assert.Equal(0, allocated);
    }
}
