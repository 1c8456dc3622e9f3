using ActorPool.Hosting;
using Akka.DependencyInjection;
using Akka.Hosting;

namespace ActorPool;

/// <summary>Connection pools in an application built with Akka.Hosting.</summary>
/// <remarks>
/// A pool starts with the actor system, before the application serves requests: when the database cannot be reached, the start of the
/// host fails with the server's error. It ends gracefully in coordinated shutdown, just before the actor system terminates.
/// The host stops its other services before the actor system, in any order of registration; for that, <c>hocon/hosting.conf</c> is added
/// below the application's own configuration.
/// The settings come from HOCON (<c>akka.actor-pool</c>, and for a named pool first <c>akka.actor-pool.pools.&lt;name&gt;</c>), changed by
/// the arguments given here. When all pools have started, the log reports the sections that no pool uses.
/// </remarks>
public static class ConnectionPoolHostingExtensions
{
    /// <summary>The name of a pool that is added without one.</summary>
    private const string Default = "default";

    /// <summary>Adds the default pool, with all settings from HOCON. Its manager is <c>IRequiredActor&lt;PoolManager&gt;</c>.</summary>
    /// <param name="builder">The application's Akka configuration.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder) =>
        builder.Start<PoolManager>(Default, (settings, _) => settings);

    /// <summary>Adds the default pool for a database; all other settings come from HOCON.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="connectionString">An Npgsql connection string.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return builder.Start<PoolManager>(Default, (settings, _) => settings with { ConnectionString = connectionString });
    }

    /// <summary>Adds a pool with exactly these settings, under <see cref="PoolSettings.Name"/>; HOCON is not read.</summary>
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
    /// <param name="configure">Makes the settings of the pool from those in HOCON.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, Func<PoolSettings, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<PoolManager>(Default, (settings, _) => configure(settings));
    }

    /// <summary>Adds the default pool with settings made of those in HOCON and the application's services, for a data source or secrets.</summary>
    /// <inheritdoc cref="WithConnectionPool(AkkaConfigurationBuilder)"/>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="configure">Makes the settings of the pool from those in HOCON and the services.</param>
    public static AkkaConfigurationBuilder WithConnectionPool(this AkkaConfigurationBuilder builder, Func<PoolSettings, IDependencyResolver, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<PoolManager>(Default, configure);
    }

    /// <summary>Adds a named pool, with all settings from HOCON. Its manager is <c>IRequiredActor&lt;TKey&gt;</c>.</summary>
    /// <typeparam name="TKey">A type of your own that is the key of this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name) =>
        builder.Start<TKey>(name, (settings, _) => settings);

    /// <summary>Adds a named pool for a database; all other settings come from HOCON.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">A type of your own that is the key of this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="connectionString">An Npgsql connection string.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        return builder.Start<TKey>(name, (settings, _) => settings with { ConnectionString = connectionString });
    }

    /// <summary>Adds a named pool with exactly these settings; HOCON and <see cref="PoolSettings.Name"/> are not read.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">A type of your own that is the key of this pool in the actor registry.</typeparam>
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
    /// <typeparam name="TKey">A type of your own that is the key of this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="configure">Makes the settings of the pool from those in HOCON.</param>
    public static AkkaConfigurationBuilder WithConnectionPool<TKey>(this AkkaConfigurationBuilder builder, string name, Func<PoolSettings, PoolSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Start<TKey>(name, (settings, _) => configure(settings));
    }

    /// <summary>Adds a named pool with settings made of those in HOCON and the application's services.</summary>
    /// <inheritdoc cref="WithConnectionPool{TKey}(AkkaConfigurationBuilder, string)"/>
    /// <typeparam name="TKey">A type of your own that is the key of this pool in the actor registry.</typeparam>
    /// <param name="builder">The application's Akka configuration.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="configure">Makes the settings of the pool from those in HOCON and the services.</param>
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
