using Akka.Configuration;

namespace ActorPool;

/// <summary>Settings from HOCON: where the sections are, and how one is read.</summary>
internal static class PoolConfig
{
    public const string Path = "akka.actor-pool";

    private static readonly Lazy<Config> LazyReference =
        new(() => ConfigurationFactory.FromResource("ActorPool.reference.conf", typeof(PoolConfig).Assembly));

    private static readonly Lazy<PoolSettings> LazyDefaults = new(() => Read(Config.Empty));

    private static readonly Lazy<PoolSettings> LazyPsycopg2 =
        new(() => Read(ConfigurationFactory.FromResource("ActorPool.psycopg2.conf", typeof(PoolConfig).Assembly).GetConfig(Path)));

    /// <summary>The embedded <c>reference.conf</c>, from its root.</summary>
    public static Config Reference => LazyReference.Value;

    public static PoolSettings Defaults => LazyDefaults.Value;

    public static PoolSettings Psycopg2 => LazyPsycopg2.Value;

    /// <summary>The settings of a pool by name, from the configuration of an actor system: its own section, then the common one.</summary>
    public static PoolSettings ForPool(Config system, string name)
    {
        var common = system.GetConfig(Path) ?? Config.Empty;
        var named = common.GetConfig($"pools.\"{name}\"");
        var section = named is null ? common : named.WithFallback(common);
        return Read(section) with { Name = name };
    }

    public static PoolSettings Read(Config section)
    {
        var reader = new SectionReader(section, Reference.GetConfig(Path));
        reader.RefuseUnknownKeys();
        return PoolSettings.FromSection(reader);
    }
}
