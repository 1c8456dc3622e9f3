using System.Collections.Concurrent;
using ActorPool.Remoting;
using ActorPool.Telemetry;
using Akka;
using Akka.Actor;

namespace ActorPool.Actors;

/// <summary>The live pools of one actor system, by name; an extension of the system, so that pools need no hosting.</summary>
internal sealed class PoolRegistry : IExtension
{
    // The part of the shutdown phase's time that is kept for closing by force.
    private static readonly TimeSpan ReservedForClosing = TimeSpan.FromSeconds(2);

    // Within the range of every .NET timer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    private const string Prefix = "actor-pool-";

    private readonly ActorSystem _system;
    private readonly ConcurrentDictionary<string, ILivePool> _live = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ILivePool>> _awaited = new();
    private readonly RemoteAnswers _remote;
    private int _started;

    private PoolRegistry(ExtendedActorSystem system)
    {
        _system = system;
        system.Settings.InjectTopLevelFallback(PoolConfig.Reference);
        UndeliveredLeases.ListenTo(system);
        _remote = RemoteAnswers.In(system);
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "close-connection-pools", EndAllAsync);
    }

    public static PoolRegistry Of(ActorSystem system) => system.WithExtension<PoolRegistry, Provider>();

    /// <summary>Takes the name and starts the manager.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Start(ILivePool pool, PoolContext context)
    {
        if (!_live.TryAdd(context.Name, pool))
            throw new ArgumentException($"A pool named '{context.Name}' is already alive in this actor system. Give each pool its own Name, or dispose the other pool first.");
        context.Clock = _system.Scheduler;
        context.Remote = _remote;
        PoolMeter.Add(context.Metrics, context.Settings, context.CurrentStatistics);
        var number = Interlocked.Increment(ref _started);
        context.Manager = _system.ActorOf(PoolManager.Props(context), $"{Prefix}{context.Name}-{number}");
    }

    /// <summary>The name of a manager's pool, from its path.</summary>
    public static string PoolOf(IActorRef manager)
    {
        var name = manager.Path.Name;
        var end = name.LastIndexOf('-');
        return name.StartsWith(Prefix, StringComparison.Ordinal) && end > Prefix.Length ? name[Prefix.Length..end] : name;
    }

    /// <summary>A pool of the system has lent a connection, or a request waits for one.</summary>
    public bool IsAnyInUse => _live.Values.Any(pool => pool.Statistics is { InUse: > 0 } or { Waiting: > 0 } or { StatementsWaiting: > 0 });

    /// <summary>The live pool of a name; null when there is none, or when it has not started yet.</summary>
    public ILivePool? Find(string name) => _live.TryGetValue(name, out var pool) && pool.IsStarted ? pool : null;

    /// <summary>The pool has started: calls that wait for it continue.</summary>
    public void Announce(ILivePool pool, string name)
    {
        if (_awaited.TryRemove(name, out var awaited))
            awaited.TrySetResult(pool);
    }

    /// <summary>Waits until a pool of this name takes requests. Null when it does not within the time, or when the actor system ends first.</summary>
    public async Task<ILivePool?> StartedAsync(string name, TimeSpan patience, CancellationToken cancellationToken)
    {
        var awaited = _awaited.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        // The wait is listed first: a pool that starts in between completes it.
        if (Find(name) is { } pool)
            return pool;
        try
        {
            var first = await Task.WhenAny(awaited.Task, _system.WhenTerminated).WaitAsync(patience < LongestWait ? patience : LongestWait, cancellationToken).ConfigureAwait(false);
            return first == awaited.Task ? await awaited.Task.ConfigureAwait(false) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>The name is free for another pool.</summary>
    public void Release(ILivePool pool, PoolContext context)
    {
        PoolMeter.Remove(context.Metrics);
        _live.TryRemove(new KeyValuePair<string, ILivePool>(context.Name, pool));
    }

    public async Task StopAsync(IActorRef manager)
    {
        using var patience = new CancellationTokenSource(ReservedForClosing);
        var gone = manager.WatchAsync(patience.Token);
        _system.Stop(manager);
        await ((Task)gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Done> EndAllAsync()
    {
        var phase = CoordinatedShutdown.Get(_system).Timeout(CoordinatedShutdown.PhaseBeforeActorSystemTerminate);
        var most = phase > ReservedForClosing ? phase - ReservedForClosing : TimeSpan.Zero;
        await Task.WhenAll(_live.Values.Select(pool => pool.EndWithinAsync(most))).ConfigureAwait(false);
        return Done.Instance;
    }

    internal sealed class Provider : ExtensionIdProvider<PoolRegistry>
    {
        public override PoolRegistry CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
