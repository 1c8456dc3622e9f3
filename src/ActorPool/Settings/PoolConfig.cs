using Akka.Configuration;

namespace ActorPool;

/// <summary>Finds and reads the sections of HOCON that configure pools.</summary>
internal static class PoolConfig
{
    public const string Path = "akka.actor-pool";

    private static readonly Lazy<Config> LazyReference =
        new(() => ConfigurationFactory.FromResource("ActorPool.reference.conf", typeof(PoolConfig).Assembly));

    private static readonly Lazy<PoolSettings> LazyDefaults = new(() => Read(Config.Empty));

    private static readonly Lazy<PoolSettings> LazyPsycopg2 =
        new(() => Read(ConfigurationFactory.FromResource("ActorPool.psycopg2.conf", typeof(PoolConfig).Assembly).GetConfig(Path)));

    private static readonly Lazy<Config> LazyHosting =
        new(() => ConfigurationFactory.FromResource("ActorPool.hosting.conf", typeof(PoolConfig).Assembly));

    /// <summary>The embedded <c>reference.conf</c>, from its root.</summary>
    public static Config Reference => LazyReference.Value;

    /// <summary>The embedded <c>hosting.conf</c>, from its root: the actor system of a host.</summary>
    public static Config Hosting => LazyHosting.Value;

    public static PoolSettings Defaults => LazyDefaults.Value;

    public static PoolSettings Psycopg2 => LazyPsycopg2.Value;

    /// <summary>The settings of a pool by name, from the configuration of an actor system: its named section, then the common one.</summary>
    public static PoolSettings ForPool(Config system, string name)
    {
        var common = Section(system, Path) ?? Config.Empty;
        var named = Section(common, "pools") is { } pools ? Section(pools, $"\"{name}\"", $"pools.{name}") : null;
        var section = named is null ? common : named.WithFallback(common);
        return Read(section) with { Name = name };
    }

    /// <summary>The names under <c>akka.actor-pool.pools</c>.</summary>
    public static IEnumerable<string> NamesOfSections(Config system) =>
        Section(system, Path) is { } common && Section(common, "pools") is { } pools ? pools.AsEnumerable().Select(pair => pair.Key.Trim('"')) : [];

    public static PoolSettings Read(Config section)
    {
        var reader = new SectionReader(section, Reference.GetConfig(Path));
        reader.RefuseUnknownKeys();
        return PoolSettings.FromSection(reader);
    }

    /// <summary>A section below another one; null when there is none.</summary>
    private static Config? Section(Config parent, string path, string? name = null)
    {
        if (parent.IsEmpty || parent.GetValue(path) is not { IsEmpty: false } value)
            return null;
        if (!value.IsObject())
            throw new ConfigurationException($"{(path == Path ? path : $"{Path}.{name ?? path}")} must be a section.");
        return parent.GetConfig(path);
    }
}
