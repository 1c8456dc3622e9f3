using Akka.Actor;
using Akka.DependencyInjection;

namespace ActorPool.Hosting;

/// <summary>A pool that was added. Its settings are made once: by its start, or by a call that comes before it.</summary>
internal sealed class HostedPool(string name, bool usesSection, Func<PoolSettings, IDependencyResolver, PoolSettings> configure)
{
    private readonly Lock _making = new();
    private PoolSettings? _settings;

    /// <summary>Whether the settings are made from the pool's section.</summary>
    public bool UsesSection { get; } = usesSection;

    /// <summary>Those in HOCON, changed by what was given in code. A function that throws is called again by the next call.</summary>
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
