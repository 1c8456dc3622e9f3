using Microsoft.Extensions.Hosting;

namespace ActorPool.HostedApp;

/// <summary>Units of work one after the other, each with two leases and a pause without one between; a unit that was begun is finished.</summary>
internal sealed class Worker(IConnectionPool pool, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAny(Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted));
        while (!stoppingToken.IsCancellationRequested)
        {
            await using (var connection = await pool.GetConnAsync(cancellationToken: CancellationToken.None))
                await Sql.ExecuteAsync(connection, "INSERT INTO unit (step) VALUES ('begun')");
            await Task.Delay(Pause, CancellationToken.None);
            await using (var connection = await pool.GetConnAsync(cancellationToken: CancellationToken.None))
            {
                await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
                await Sql.ExecuteAsync(connection, "INSERT INTO unit (step) SELECT 'finished' FROM pg_sleep(0.1)");
                await transaction.CommitAsync(CancellationToken.None);
            }
        }
    }
}
