namespace ActorPool;

// The settings read from a section of HOCON.
public sealed partial record PoolSettings
{
    internal static PoolSettings FromSection(SectionReader section) => section.Read(() => new PoolSettings
    {
        ConnectionString = section.Value("connection-string", SectionReader.Text),
        MinConnections = section.Value("min-connections", SectionReader.Whole),
        MaxConnections = section.Value("max-connections", SectionReader.Whole),
        AcquireTimeout = section.Value("acquire-timeout", SectionReader.DurationOrInfinite),
        MaxWaiting = section.Value("max-waiting", SectionReader.Whole),
        ConnectTimeout = section.Value("connect-timeout", SectionReader.Duration),
        MaxConcurrentOpens = section.Value("max-concurrent-opens", SectionReader.Whole),
        ReconnectBackoff = new(
            section.Value("reconnect-backoff.min", SectionReader.Duration),
            section.Value("reconnect-backoff.max", SectionReader.Duration),
            section.Value("reconnect-backoff.jitter", SectionReader.Part)),
        KeepMin = section.Value("keep-min", SectionReader.Switch),
        IdleOrder = section.Value("idle-order", SectionReader.Choice<IdleOrder>),
        IdleTimeout = section.Value("idle-timeout", SectionReader.DurationOrInfinite),
        MaxLifetime = section.Value("max-lifetime", SectionReader.DurationOrInfinite),
        LifetimeJitter = section.Value("lifetime-jitter", SectionReader.Part),
        KeyAffinity = section.Value("key-affinity", SectionReader.Choice<KeyAffinity>),
        KeySharing = section.Value("key-sharing", SectionReader.Choice<KeySharing>),
        SharedKeyWarning = section.Value("shared-key-warning", SectionReader.Switch),
        KeyMemory = section.Value("key-memory", SectionReader.Whole),
        Reset = section.Value("reset", SectionReader.Choice<ResetMode>),
        DiscardOnKeyChange = section.Value("discard-on-key-change", SectionReader.Switch),
        PrependReset = section.Value("prepend-reset", SectionReader.Switch),
        ValidateAfterIdle = section.Value("validate-after-idle", SectionReader.DurationOrInfinite),
        RetireOn = section.Values("retire-on"),
        ValidateIdleEvery = section.Value("validate-idle-every", SectionReader.DurationOrOff),
        ValidateTimeout = section.Value("validate-timeout", SectionReader.Duration),
        CollectWhenStarved = section.Value("collect-when-starved", SectionReader.Switch),
        AmbientTransactions = section.Value("ambient-transactions", SectionReader.Choice<AmbientTransactions>),
        LeakWarningAfter = section.Value("leak-warning-after", SectionReader.DurationOrOff),
        MaxHoldTime = section.Value("max-hold-time", SectionReader.DurationOrOff),
        Pipeline = new(
            section.Value("pipeline.connections", SectionReader.WholeOrHalf),
            section.Value("pipeline.max-batch", SectionReader.Whole),
            section.Value("pipeline.slow-after", SectionReader.Duration),
            section.Value("pipeline.timeout", SectionReader.DurationOrInfinite),
            section.Value("pipeline.accept-remote", SectionReader.Switch)),
        CloseTimeout = section.Value("close-timeout", SectionReader.Duration),
    });
}
