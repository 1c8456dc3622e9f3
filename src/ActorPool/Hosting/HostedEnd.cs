using Akka;
using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Event;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Hosting;

/// <summary>Lets a host stop its other services before the actor system ends, and with it the pools.</summary>
/// <remarks>
/// Usually the host ends first, and stops the actor system last (<see cref="StopOrder"/>). When the end begins in Akka (its hook for signals,
/// <c>Terminate</c>, a node that leaves its cluster), the first phase of coordinated shutdown stops the host and waits for it.
/// A hosted service that awaits <c>Terminate</c> in its own work waits for itself, until the host's shutdown time-out is over.
/// </remarks>
internal sealed class HostedEnd : IExtension
{
    private const string Phase = "hosted-services";

    // Limits for a program that never stops its host, such as a test that terminates the actor system alone.
    private static readonly TimeSpan BeginPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private const int QuietPolls = 5;

    private readonly ActorSystem _system;
    private readonly IDependencyResolver _services;
    private StopOrder? _order;

    private HostedEnd(ExtendedActorSystem system)
    {
        _system = system;
        _services = DependencyResolver.For(system).Resolver;
        if (Lifetime is not { } lifetime)
            return;
        CoordinatedShutdown.Get(system).AddTask(Phase, "stop-hosted-services", StopOthersAsync);
        // Not before the start has ended: until then the host iterates over its list of services.
        lifetime.ApplicationStarted.Register(ArrangeOrder);
    }

    private IHostApplicationLifetime? Lifetime => _services.GetService<IHostApplicationLifetime>();

    /// <summary>Arranges this once for each actor system; calling it again has no effect.</summary>
    public static void Arrange(ActorSystem system) => system.WithExtension<HostedEnd, Provider>();

    private void ArrangeOrder()
    {
        if (_services.GetService<IHost>() is not { } host)
            return;
        _order = StopOrder.Arrange(host);
        if (_order is null)
            _system.Log.Warning("The stop order of the services of this host ({0}) cannot be changed: services registered before AddAkka stop after the connection pools. Register AddAkka first.", host.GetType());
    }

    private async Task<Done> StopOthersAsync()
    {
        if (_order is { OthersStopped.IsCompleted: false } order && await WillStopAsync(order).ConfigureAwait(false))
            await order.OthersStopped.ConfigureAwait(false);
        return Done.Instance;
    }

    /// <summary>Asks the host to stop, and waits until it begins to.</summary>
    private async Task<bool> WillStopAsync(StopOrder order)
    {
        if (order.Begun.IsCompleted)
            return true;
        if (!TryStopApplication())
            return false;
        var quiet = 0;
        for (var waited = TimeSpan.Zero; waited < BeginPatience && quiet < QuietPolls; waited += PollInterval)
        {
            await Task.WhenAny(order.Begun, Task.Delay(PollInterval)).ConfigureAwait(false);
            if (order.Begun.IsCompleted)
                return true;
            quiet = ConnectionPool.IsAnyInUse(_system) ? 0 : quiet + 1;
        }

        return false;
    }

    /// <summary>False when the host is being disposed: then all its services have stopped.</summary>
    private bool TryStopApplication()
    {
        try
        {
            // Not awaited: it runs callbacks of the application, which must not delay the shutdown.
            if (Lifetime is { } lifetime)
                _ = Task.Run(lifetime.StopApplication);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    internal sealed class Provider : ExtensionIdProvider<HostedEnd>
    {
        public override HostedEnd CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
