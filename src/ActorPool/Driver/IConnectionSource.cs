using System.Data.Common;
using Npgsql;

namespace ActorPool.Driver;

/// <summary>Makes the physical connections of one pool.</summary>
internal interface IConnectionSource : IAsyncDisposable
{
    IPhysicalConnection Create();

    /// <summary>The pool is over: opens that hang are no longer awaited, since nothing takes their place.</summary>
    void EndWaiting();

    /// <summary>The server, in words that are safe to log.</summary>
    string Server { get; }

    /// <summary>Makes the driver's commands and batches.</summary>
    DbProviderFactory Driver => NpgsqlFactory.Instance;

    /// <summary>The connection string as borrowers may see it: without any secret.</summary>
    string ConnectionString { get; }

    /// <summary>Why the pool falls back to public APIs of the driver, for the log; null when it does not.</summary>
    string? Limitation { get; }
}
