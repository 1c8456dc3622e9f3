using ActorPool.Tests.PostgreSQL.Support;
using NpgsqlTypes;

namespace ActorPool.Tests.PostgreSQL.Leases;

/// <summary>Features of Npgsql alone, through <see cref="PooledConnection.Npgsql"/>.</summary>
public sealed class DriverFeatureTests : PoolTest
{
    [Fact]
    public async Task Binary_COPY_writes_and_reads_and_the_connection_is_kept()
    {
        var pool = await StartAsync(1, 1);
        int pid;
        await using (var connection = await pool.GetConnAsync())
        {
            pid = await PidAsync(connection);
            await ExecuteAsync(connection, "CREATE TABLE t (n int)");
            await using (var writer = await connection.Npgsql.BeginBinaryImportAsync("COPY t FROM STDIN (FORMAT binary)"))
            {
                for (var n = 1; n <= 10; n++)
                {
                    await writer.StartRowAsync();
                    await writer.WriteAsync(n, NpgsqlDbType.Integer);
                }

                Assert.Equal(10UL, await writer.CompleteAsync());
            }

            await using var reader = await connection.Npgsql.BeginBinaryExportAsync("COPY t TO STDOUT (FORMAT binary)");
            var sum = 0;
            while (await reader.StartRowAsync() != -1)
                sum += await reader.ReadAsync<int>(NpgsqlDbType.Integer);
            Assert.Equal(55, sum);
        }

        await using var next = await pool.GetConnAsync();
        Assert.Equal(pid, await PidAsync(next));
    }

    [Fact]
    public async Task Notifications_reach_a_listening_lease()
    {
        var pool = await StartAsync(2, 2);
        await using var listener = await pool.GetConnAsync();
        await using var speaker = await pool.GetConnAsync();
        var heard = new List<string>();
        listener.Npgsql.Notification += (_, e) => heard.Add($"{e.Channel}: {e.Payload}");
        await ExecuteAsync(listener, "LISTEN news");
        await ExecuteAsync(speaker, "NOTIFY news, 'hello'");

        await listener.Npgsql.WaitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token);

        Assert.Equal("news: hello", Assert.Single(heard));
    }
}
