using ActorPool.Hosting;
using Akka.DependencyInjection;
using Akka.Hosting;

namespace ActorPool;

/// <summary>Connection pools in an application built with Akka.Hosting.</summary>
/// <remarks>
/// A pool is started with the actor system, before the application serves anything: when the database cannot be reached, the start
/// of the host fails with the server's own error. It ends gracefully in coordinated shutdown, while other actors may still need it.
/// The host stops all its other services before the actor system, in any order of registration; for that, <c>hocon/hosting.conf</c>
/// is added below the application's own configuration.
/// The settings are those of HOCON (<c>akka.actor-pool</c>, and for a named pool first <c>akka.actor-pool.pools.&lt;name&gt;</c>),
/// then what is given here. A section of a name that no pool has is reported in the log when all have started.
/// </remarks>
public static class ConnectionPoolHostingExtensions
{
    /// <summary>The name of the pool that needs none.</summary>
    private const string Default = "default";

    /// <summary>Adds the default pool, with all settings from HOCON. Its manager is <c>IRequiredActor&lt;PoolManager&gt;</c>.</summary>
    /// <param name="builder">The application's Akka configuration.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder) =>
        builder.Start<PoolManager>(Default, (settings, _) => settings);

    /// <summary>Adds the default pool for a database; everything else is taken from HOCON.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="connectionString">An Npgsql connection string.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return builder.Start<PoolManager>(Default, (settings, _) => settings with { ConnectionString = connectionString });
    }

    /// <summary>Adds a pool with exactly these settings, whatever HOCON says; under <see cref="PoolSettings.Name"/>.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="settings">The pool's settings.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, PoolSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.Start<PoolManager>(settings.Name, (_, _) => settings, usesSection: false);
    }

    /// <summary>Adds the default pool with settings made of those in HOCON: <c>settings => settings with { MaxConnections = 20 }</c>.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="configure">From the settings in HOCON to those of the pool.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, Func<PoolSettings, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<PoolManager>(Default, (settings, _) => configure(settings));
    }

    /// <summary>As before, with the application's services at hand: a data source of its own, secrets.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="configure">From the settings in HOCON and the services to the settings of the pool.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, Func<PoolSettings, IDependencyResolver, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<PoolManager>(Default, configure);
    }

    /// <summary>Adds a named pool, with all settings from HOCON. Its manager is <c>IRequiredActor&lt;TKey&gt;</c>.</summary>
    /// <typeparam name="TKey">Any type of yours that stands for this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name) =>
        builder.Start<TKey>(name, (settings, _) => settings);

    /// <summary>Adds a named pool for a database; everything else is taken from HOCON.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">Any type of yours that stands for this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="connectionString">An Npgsql connection string.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return builder.Start<TKey>(name, (settings, _) => settings with { ConnectionString = connectionString });
    }

    /// <summary>Adds a named pool with exactly these settings, whatever HOCON and <see cref="PoolSettings.Name"/> say.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">Any type of yours that stands for this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="settings">The pool's settings.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, PoolSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.Start<TKey>(name, (_, _) => settings, usesSection: false);
    }

    /// <summary>Adds a named pool with settings made of those in HOCON.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">Any type of yours that stands for this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="configure">From the settings in HOCON to those of the pool.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, Func<PoolSettings, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<TKey>(name, (settings, _) => configure(settings));
    }

    /// <summary>As before, with the application's services at hand.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">Any type of yours that stands for this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="configure">From the settings in HOCON and the services to the settings of the pool.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, Func<PoolSettings, IDependencyResolver, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<TKey>(name, configure);
    }

    private static AkkaConfigurationBuilder Start<TKey>(
        this AkkaConfigurationBuilder builder, string name, Func<PoolSettings, IDependencyResolver, PoolSettings> configure, bool usesSection = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        SettingRule.PoolName(name, nameof(name));
        var added = new HostedPool(name, usesSection, configure);
        HostedPools.Add(builder, added, name);
        return builder.AddHocon(PoolConfig.Hosting, HoconAddMode.Append).StartActors(async (system, registry, _) =>
        {
            HostedEnd.Arrange(system);
            var pool = await ConnectionPool.StartAsync(system, added.Settings(system)).ConfigureAwait(false);
            registry.Register<TKey>(pool.Manager);
        });
    }
}
