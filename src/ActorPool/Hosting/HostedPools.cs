using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;

namespace ActorPool.Hosting;

/// <summary>The pools that are added to an application's actor system. Their names are known before the first of them starts.</summary>
internal sealed class HostedPools
{
    private static readonly ConditionalWeakTable<AkkaConfigurationBuilder, HostedPools> All = [];

    private readonly ConcurrentDictionary<string, HostedPool> _pools = new();

    private HostedPools(AkkaConfigurationBuilder builder) => builder.AddStartup((system, _) => WarnOfUnusedSections(system));

    public IEnumerable<string> Names => _pools.Keys.Order(StringComparer.Ordinal);

    /// <summary>Adds a pool. When all have started, the log reports the sections that none of them uses.</summary>
    public static void Add(AkkaConfigurationBuilder builder, HostedPool pool, string name) =>
        All.GetValue(builder, static builder => new HostedPools(builder))._pools[name] = pool;

    /// <summary>The pools of an application; null when it adds none.</summary>
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
                    log.Warning("The section {Section} is not used: there is no pool with this name. The pools are: {Pools}. Correct the name in the configuration or in WithConnectionPool.", $"{PoolConfig.Path}.pools.{section}", string.Join(", ", Names));
            }
            else if (!pool.UsesSection)
            {
                log.Warning("The section {Section} is not used: WithConnectionPool was given complete PoolSettings for this pool. To start from the section, give it a function instead: settings => settings with {{ ... }}.", $"{PoolConfig.Path}.pools.{section}");
            }
        }
    }
}
