using System.Data.Common;

namespace ActorPool.Leases;

/// <summary>What a pool tells of its connections before it lends one.</summary>
internal interface ILendingPool
{
    PoolSettings Settings { get; }

    /// <summary>Makes the driver's commands and batches, around which those of a lease are made.</summary>
    DbProviderFactory Driver { get; }

    /// <summary>Without secrets; made once, since Dapper reads it with every query.</summary>
    string ConnectionString { get; }
}
