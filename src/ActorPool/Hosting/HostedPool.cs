using Akka.Actor;
using Akka.DependencyInjection;

namespace ActorPool.Hosting;

/// <summary>A pool that was added to a host. Its settings are made once: by its start, or by an earlier call.</summary>
internal sealed class HostedPool(string name, bool usesSection, Func<PoolSettings, IDependencyResolver, PoolSettings> configure)
{
    private readonly Lock _making = new();
    private PoolSettings? _settings;

    /// <summary>Whether the settings are made from the pool's section.</summary>
    public bool UsesSection { get; } = usesSection;

    /// <summary>The settings in HOCON, changed by the function given in code. When that function throws, the next call runs it again.</summary>
    public PoolSettings Settings(ActorSystem system)
    {
        lock (_making)
        {
            if (_settings is not null)
                return _settings;
            var made = configure(PoolConfig.ForPool(system.Settings.Config, name), DependencyResolver.For(system).Resolver)
                ?? throw new ArgumentException($"The function that configures pool '{name}' has returned null instead of settings.");
            return _settings = made with { Name = name };
        }
    }
}
