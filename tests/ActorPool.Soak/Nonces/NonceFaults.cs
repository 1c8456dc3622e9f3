using Npgsql;

namespace ActorPool.Soak.Nonces;

/// <summary>Kills a random backend every moment, and now and then cuts all connections, so that answers of statements that ran are lost.</summary>
internal sealed class NonceFaults(NonceWorld world, NonceOptions options, Tally tally)
{
    private const int OneCutIn = 10;

    public async Task RunAsync(CancellationToken end)
    {
        var random = new Random(options.Seed);
        await using var connection = await world.ConnectAsync();
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next((int)options.LongestPause.TotalMilliseconds), CancellationToken.None);
            if (random.Next(OneCutIn) == 0)
            {
                world.Network.CutAll();
                tally.Count("network cut");
                continue;
            }

            await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT 1", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = NonceWorld.ApplicationName });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            tally.Count("backend killed");
        }
    }
}
