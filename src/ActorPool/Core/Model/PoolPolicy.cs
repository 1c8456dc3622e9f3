namespace ActorPool.Core.Model;

/// <summary>The settings by which the core decides. A negative time means no limit. The setting of the same name documents its values.</summary>
internal sealed record PoolPolicy
{
    public required int MinConnections { get; init; }

    public required int MaxConnections { get; init; }

    public required TimeSpan AcquireTimeout { get; init; }

    public required int MaxWaiting { get; init; }

    public required TimeSpan ConnectTimeout { get; init; }

    public required int MaxConcurrentOpens { get; init; }

    public required BackoffPolicy Backoff { get; init; }

    public required bool KeepMin { get; init; }

    /// <summary>Lend the connection that was returned last; else the one that was returned first.</summary>
    public required bool IsLifo { get; init; }

    public required TimeSpan IdleTimeout { get; init; }

    public required TimeSpan MaxLifetime { get; init; }

    public required double LifetimeJitter { get; init; }

    /// <summary>A key's last connection is preferred while it is idle.</summary>
    public required bool IsSticky { get; init; }

    /// <summary>Every request with a key is exclusive; else only those that ask for it.</summary>
    public required bool IsExclusive { get; init; }

    public required int KeyMemory { get; init; }

    /// <summary>A full reset follows every return.</summary>
    public required bool ResetOnReturn { get; init; }

    /// <summary>A full reset comes between two keys, and between a key and unkeyed use.</summary>
    public required bool ResetOnKeyChange { get; init; }

    public required bool PrependReset { get; init; }

    public required TimeSpan ValidateAfterIdle { get; init; }

    /// <summary>Null: idle connections are not tested in the background.</summary>
    public required TimeSpan? ValidateIdleEvery { get; init; }

    public required TimeSpan ValidateTimeout { get; init; }

    public required bool CollectWhenStarved { get; init; }

    public required TimeSpan? LeakWarningAfter { get; init; }

    public required TimeSpan? MaxHoldTime { get; init; }

    /// <summary>At most this many connections run statements; null for half of the present maximum.</summary>
    public required int? StatementConnections { get; init; }

    public required int MaxBatch { get; init; }

    public required TimeSpan SlowAfter { get; init; }

    public required TimeSpan StatementTimeout { get; init; }

    /// <summary>The hooks that the core knows of: only whether they are set.</summary>
    public required bool HasCheck { get; init; }

    public required bool HasConfigure { get; init; }

    public required bool HasInitializeSession { get; init; }

    public required bool HasOnReturn { get; init; }

    /// <summary>
    /// With <c>acquire-timeout = 0s</c> the pool behaves as if each call finished the pool's work before it returned, like psycopg2's pool.
    /// A connection that is being reset keeps its place in the idle order and is lent in its turn.
    /// </summary>
    public bool IsSynchronous => AcquireTimeout == TimeSpan.Zero;
}
