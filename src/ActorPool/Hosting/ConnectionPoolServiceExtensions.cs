using System.Data.Common;
using ActorPool.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorPool;

/// <summary>Connection pools as services.</summary>
public static class ConnectionPoolServiceExtensions
{
    /// <summary>
    /// Makes the default pool injectable as <see cref="IConnectionPool"/>. Add the pool itself with <c>WithConnectionPool</c>: it starts and ends
    /// with the actor system, and disposing the injected object has no effect. A call made before the start waits for the pool, within
    /// <c>acquire-timeout</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddConnectionPool(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IConnectionPool>(provider => new InjectedConnectionPool(provider, "default"));
    }

    /// <summary>Makes a named pool injectable: <c>[FromKeyedServices("name")] IConnectionPool</c>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The pool's name, which is the service key.</param>
    public static IServiceCollection AddConnectionPool(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        SettingRule.PoolName(name, nameof(name));
        return services.AddKeyedSingleton<IConnectionPool>(name, (provider, _) => new InjectedConnectionPool(provider, name));
    }

    /// <summary>
    /// Makes the default pool injectable as a <see cref="DbDataSource"/>, and as a <see cref="PooledDataSource"/>, for the libraries that take
    /// one; as an <see cref="IConnectionPool"/>, too. Add the pool itself with <c>WithConnectionPool</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddConnectionPoolDataSource(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(service => !service.IsKeyedService && service.ServiceType == typeof(IConnectionPool)))
            services.AddConnectionPool();
        return services
            .AddSingleton(provider => new PooledDataSource(provider.GetRequiredService<IConnectionPool>()))
            .AddSingleton<DbDataSource>(provider => provider.GetRequiredService<PooledDataSource>());
    }

    /// <summary>
    /// Makes a named pool injectable as a data source: <c>[FromKeyedServices("name")] DbDataSource</c>, or <see cref="PooledDataSource"/>; as a
    /// keyed <see cref="IConnectionPool"/>, too.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The pool's name, which is the service key.</param>
    public static IServiceCollection AddConnectionPoolDataSource(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        SettingRule.PoolName(name, nameof(name));
        if (!services.Any(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionPool) && name.Equals(service.ServiceKey)))
            services.AddConnectionPool(name);
        return services
            .AddKeyedSingleton(name, (provider, _) => new PooledDataSource(provider.GetRequiredKeyedService<IConnectionPool>(name)))
            .AddKeyedSingleton<DbDataSource>(name, (provider, _) => provider.GetRequiredKeyedService<PooledDataSource>(name));
    }
}
