using System.Reflection;
using Akka.Hosting;
using Microsoft.Extensions.Hosting;

namespace ActorPool.Hosting;

/// <summary>The order in which a host stops its services, with Akka's service moved to the end.</summary>
/// <remarks>
/// A host stops its services from the last registered to the first. A web server or worker registered before <c>AddAkka</c> would stop
/// after the actor system, and would lose the pools while it works. The host has no API to change that order, so this replaces the
/// list in its private field. When the host has no such list, <see cref="Arrange"/> returns null.
/// </remarks>
internal sealed class StopOrder
{
    private const string List = "_hostedServices";

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _othersStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>The host has begun to stop its services.</summary>
    public Task Begun => _begun.Task;

    /// <summary>All services but Akka's have stopped, or the host's shutdown has timed out.</summary>
    public Task OthersStopped => _othersStopped.Task;

    /// <summary>Replaces the list of a host that has started its services.</summary>
    public static StopOrder? Arrange(IHost host)
    {
        var list = host.GetType().GetField(List, BindingFlags.Instance | BindingFlags.NonPublic);
        if (list?.FieldType != typeof(IEnumerable<IHostedService>) || list.GetValue(host) is not IEnumerable<IHostedService> services)
            return null;
        var order = new StopOrder();
        list.SetValue(host, order.With(services));
        return order;
    }

    private IHostedService[] With(IEnumerable<IHostedService> services)
    {
        var kinds = services.ToLookup(service => service is AkkaHostedService);
        IHostedService[] order =
        [
            .. kinds[true].Select(akka => new LastService(akka, this)),
            .. kinds[false].Select(other => new OtherService(other, this)),
        ];
        _running = kinds[false].Count();
        if (_running == 0)
            _othersStopped.SetResult();
        return order;
    }

    private CancellationTokenRegistration Begin(CancellationToken timeOut)
    {
        _begun.TrySetResult();
        return timeOut.Register(() => _othersStopped.TrySetResult());
    }

    private void Stopped()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _othersStopped.TrySetResult();
    }

    private sealed class OtherService(IHostedService service, StopOrder order) : IHostedService
    {
        private int _stopped;

        public Task StartAsync(CancellationToken cancellationToken) => service.StartAsync(cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            using var timeOut = order.Begin(cancellationToken);
            try
            {
                await service.StopAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (Interlocked.Exchange(ref _stopped, 1) == 0)
                    order.Stopped();
            }
        }
    }

    private sealed class LastService(IHostedService akka, StopOrder order) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => akka.StartAsync(cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            // With ServicesStopConcurrently the host calls this at the same time as the others.
            using var timeOut = order.Begin(cancellationToken);
            await order.OthersStopped.ConfigureAwait(false);
            await akka.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
