using Microsoft.Extensions.Hosting;

namespace ActorPool.HostedApp;

/// <summary>Writes a row to the database each time it is stopped.</summary>
internal sealed class Farewell(IConnectionPool pool) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var connection = await pool.GetConnAsync(cancellationToken: CancellationToken.None);
        await Sql.ExecuteAsync(connection, "INSERT INTO unit (step) VALUES ('stopped')");
    }
}
