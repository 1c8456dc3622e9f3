using Microsoft.Extensions.Hosting;

namespace ActorPool.HostedApp;

/// <summary>Writes to the database when it is stopped, and counts how often that is.</summary>
internal sealed class Farewell(IConnectionPool pool) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var connection = await pool.GetConnAsync(cancellationToken: CancellationToken.None);
        await Sql.ExecuteAsync(connection, "INSERT INTO unit (step) VALUES ('stopped')");
    }
}
