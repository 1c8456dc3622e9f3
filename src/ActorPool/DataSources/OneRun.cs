using System.Data.Common;

namespace ActorPool.DataSources;

/// <summary>Opens a connection for one run of a command or a batch, and closes it again.</summary>
internal static class OneRun
{
    public static T On<T>(DbConnection connection, Func<T> run)
    {
        connection.Open();
        try
        {
            return run();
        }
        finally
        {
            connection.Close();
        }
    }

    public static async Task<T> OnAsync<T>(DbConnection connection, Func<CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await run(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await connection.CloseAsync().ConfigureAwait(false);
        }
    }
}
