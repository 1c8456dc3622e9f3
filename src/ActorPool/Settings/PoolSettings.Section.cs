namespace ActorPool;

// The settings read from a section of HOCON.
public sealed partial record PoolSettings
{
    internal static PoolSettings FromSection(SectionReader section) => new()
    {
        ConnectionString = section.Value("connection-string", SectionReader.Text, (value, key) => SettingRule.ConnectionText(value, key)),
        MinConnections = section.Value("min-connections", SectionReader.Whole, (value, key) => SettingRule.AtLeast(0, value, key)),
        MaxConnections = section.Value("max-connections", SectionReader.Whole, (value, key) => SettingRule.AtLeast(1, value, key)),
        AcquireTimeout = section.Value("acquire-timeout", SectionReader.DurationOrInfinite, SettingRule.ZeroOrMoreOrInfinite),
        MaxWaiting = section.Value("max-waiting", SectionReader.Whole, (value, key) => SettingRule.AtLeast(1, value, key)),
        ConnectTimeout = section.Value("connect-timeout", SectionReader.Duration, SettingRule.Positive),
        MaxConcurrentOpens = section.Value("max-concurrent-opens", SectionReader.Whole, (value, key) => SettingRule.AtLeast(1, value, key)),
        ReconnectBackoff = BackoffOf(section),
        KeepMin = section.Value("keep-min", SectionReader.Switch),
        IdleOrder = section.Value("idle-order", SectionReader.Choice<IdleOrder>),
        IdleTimeout = section.Value("idle-timeout", SectionReader.DurationOrInfinite, SettingRule.ZeroOrMoreOrInfinite),
        MaxLifetime = section.Value("max-lifetime", SectionReader.DurationOrInfinite, SettingRule.PositiveOrInfinite),
        LifetimeJitter = section.Value("lifetime-jitter", SectionReader.Part, SettingRule.Fraction),
        KeyAffinity = section.Value("key-affinity", SectionReader.Choice<KeyAffinity>),
        KeySharing = section.Value("key-sharing", SectionReader.Choice<KeySharing>),
        SharedKeyWarning = section.Value("shared-key-warning", SectionReader.Switch),
        KeyMemory = section.Value("key-memory", SectionReader.Whole, (value, key) => SettingRule.AtLeast(0, value, key)),
        Reset = section.Value("reset", SectionReader.Choice<ResetMode>),
        DiscardOnKeyChange = section.Value("discard-on-key-change", SectionReader.Switch),
        PrependReset = section.Value("prepend-reset", SectionReader.Switch),
        ValidateAfterIdle = section.Value("validate-after-idle", SectionReader.DurationOrInfinite, SettingRule.ZeroOrMoreOrInfinite),
        RetireOn = section.Values("retire-on", values => SqlStates.Of(values, "retire-on")),
        ValidateIdleEvery = section.Value("validate-idle-every", SectionReader.DurationOrOff, SettingRule.PositiveOrOff),
        ValidateTimeout = section.Value("validate-timeout", SectionReader.Duration, SettingRule.Positive),
        CollectWhenStarved = section.Value("collect-when-starved", SectionReader.Switch),
        AmbientTransactions = section.Value("ambient-transactions", SectionReader.Choice<AmbientTransactions>),
        LeakWarningAfter = section.Value("leak-warning-after", SectionReader.DurationOrOff, SettingRule.PositiveOrOff),
        MaxHoldTime = section.Value("max-hold-time", SectionReader.DurationOrOff, SettingRule.PositiveOrOff),
        CloseTimeout = section.Value("close-timeout", SectionReader.Duration, SettingRule.ZeroOrMore),
    };

    private static ReconnectBackoff BackoffOf(SectionReader section)
    {
        var least = section.Value("reconnect-backoff.min", SectionReader.Duration, SettingRule.Positive);
        return new(
            least,
            section.Value("reconnect-backoff.max", SectionReader.Duration, (value, key) =>
                SettingRule.Positive(value, key) >= least ? value : throw new ArgumentException($"it must not be below reconnect-backoff.min ({least})", key)),
            section.Value("reconnect-backoff.jitter", SectionReader.Part, SettingRule.Fraction));
    }
}
