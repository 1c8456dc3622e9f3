using Npgsql;

namespace ActorPool.Driver;

/// <summary>
/// Ends a busy backend without the driver's internals: by <c>pg_terminate_backend</c>, over a connection made for it.
/// </summary>
/// <remarks>
/// The one moment in which a pool has a backend more than its maximum at the server: closing the busy connection would wait for its
/// command, and leaving it alone would leave it there for as long as that runs. The start of the backend tells it from a later one
/// with the same process id.
/// </remarks>
internal sealed class BackendEnd(NpgsqlSource source, int processId, string? start)
{
    private const string StartOf = "extract(epoch FROM backend_start)::text";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    public static async Task<string?> StartOfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand($"SELECT {StartOf} FROM pg_stat_activity WHERE pid = pg_backend_pid()", connection);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    /// <summary>Tells the server to end it and waits until it is gone.</summary>
    public async Task ForceAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        var helper = source.CreateHelper();
        await using (helper.ConfigureAwait(false))
        {
            await helper.OpenAsync(timeout.Token).ConfigureAwait(false);
            var count = await CountAsync(helper, "pg_terminate_backend(pid)", timeout.Token).ConfigureAwait(false);
            while (count > 0)
            {
                await Task.Delay(BetweenLooks, timeout.Token).ConfigureAwait(false);
                count = await CountAsync(helper, "pid", timeout.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task<long> CountAsync(NpgsqlConnection helper, string selected, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand($"SELECT count({selected}) FROM pg_stat_activity WHERE pid = $1 AND {StartOf} = $2", helper);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddWithValue(processId);
            command.Parameters.AddWithValue(start ?? "");
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
