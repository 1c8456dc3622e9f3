using ActorPool.Core.Model;

namespace ActorPool;

// The part of the settings by which the core decides.
public sealed partial record PoolSettings
{
    internal PoolPolicy ToPolicy() => new()
    {
        MinConnections = MinConnections,
        MaxConnections = MaxConnections,
        AcquireTimeout = AcquireTimeout,
        MaxWaiting = MaxWaiting,
        ConnectTimeout = ConnectTimeout,
        MaxConcurrentOpens = MaxConcurrentOpens,
        Backoff = new BackoffPolicy(ReconnectBackoff.Min, ReconnectBackoff.Max, ReconnectBackoff.Jitter),
        KeepMin = KeepMin,
        IsLifo = IdleOrder == IdleOrder.Lifo,
        IdleTimeout = IdleTimeout,
        MaxLifetime = MaxLifetime,
        LifetimeJitter = LifetimeJitter,
        IsSticky = KeyAffinity == KeyAffinity.Sticky,
        IsExclusive = KeySharing == KeySharing.Exclusive,
        KeyMemory = KeyMemory,
        ResetOnReturn = Reset == ResetMode.DiscardAll,
        ResetOnKeyChange = DiscardOnKeyChange,
        PrependReset = PrependReset,
        ValidateAfterIdle = ValidateAfterIdle,
        ValidateIdleEvery = ValidateIdleEvery,
        ValidateTimeout = ValidateTimeout,
        CollectWhenStarved = CollectWhenStarved,
        LeakWarningAfter = LeakWarningAfter,
        MaxHoldTime = MaxHoldTime,
        StatementConnections = Pipeline.Connections,
        MaxBatch = Pipeline.MaxBatch,
        SlowAfter = Pipeline.SlowAfter,
        StatementTimeout = Pipeline.Timeout,
        HasCheck = Check is not null,
        HasConfigure = Configure is not null,
        HasInitializeSession = InitializeSession is not null,
        HasOnReturn = OnReturn is not null,
    };
}
