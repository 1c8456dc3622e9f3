using ActorPool.Tests.PostgreSQL.Support;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Leases;

public sealed class ConnectionStringTests : PoolTest
{
    [Fact]
    public async Task It_shows_no_password_whatever_the_settings_say()
    {
        var text = new NpgsqlConnectionStringBuilder(ConnectionString) { Password = "hunter2", PersistSecurityInfo = true };
        var pool = await StartAsync(new PoolSettings(text.ConnectionString, 1, 1));
        await using var lease = await pool.GetConnAsync();

        Assert.DoesNotContain("hunter2", lease.ConnectionString, StringComparison.Ordinal);
        Assert.Contains($"Database={text.Database}", lease.ConnectionString, StringComparison.Ordinal);
    }
}
