using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;

namespace ActorPool.Hosting;

/// <summary>The pools that are added to an application's actor system: their names are known before the first of them starts.</summary>
internal sealed class HostedPools
{
    private static readonly ConditionalWeakTable<AkkaConfigurationBuilder, HostedPools> All = [];

    private readonly ConcurrentDictionary<string, HostedPool> _pools = new();

    private HostedPools(AkkaConfigurationBuilder builder) => builder.AddStartup((system, _) => WarnOfUnusedSections(system));

    public IEnumerable<string> Names => _pools.Keys.Order(StringComparer.Ordinal);

    /// <summary>Notes a pool. When all have started, a section that none of them uses is reported.</summary>
    public static void Add(AkkaConfigurationBuilder builder, HostedPool pool, string name) =>
        All.GetValue(builder, static builder => new HostedPools(builder))._pools[name] = pool;

    /// <summary>Those of an application; null when it adds none.</summary>
    public static HostedPools? Find(AkkaConfigurationBuilder? builder) =>
        builder is not null && All.TryGetValue(builder, out var pools) ? pools : null;

    public HostedPool? Find(string name) => _pools.GetValueOrDefault(name);

    private void WarnOfUnusedSections(ActorSystem system)
    {
        var log = Logging.GetLogger(system, typeof(ConnectionPool));
        foreach (var section in PoolConfig.NamesOfSections(system.Settings.Config))
        {
            if (!_pools.TryGetValue(section, out var pool))
            {
                if (ConnectionPool.Find(system, section) is null)
                    log.Warning("The section {Section} is not used: there is no pool of this name. The pools are: {Pools}. Correct the name in the configuration or in WithConnectionPool.", $"{PoolConfig.Path}.pools.{section}", string.Join(", ", Names));
            }
            else if (!pool.UsesSection)
            {
                log.Warning("The section {Section} is not used: this pool has the PoolSettings that were given to WithConnectionPool. Give it a function, settings => settings with {{ ... }}, to start from the section.", $"{PoolConfig.Path}.pools.{section}");
            }
        }
    }
}
