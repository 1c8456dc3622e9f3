using ActorPool.Actors;
using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;
using Akka.Actor;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>
/// The real pool of actors and its model, the pure core with its ledger: each step is made in both, and after
/// each step they are in the same state.
/// </summary>
internal sealed partial class ModelledPool
{
    private static int s_pool;

    private readonly SteppedSystem _system;
    private readonly ScriptedSource _source = new();
    private readonly PoolContext _context;
    private readonly List<Request> _requests = [];
    private readonly PoolOrder _start = new(PoolOrderKind.Start);
    private readonly ModelledActor _returner;
    private PoolState _state = null!;

    public ModelledPool(SteppedSystem system, PoolSettings settings, Action<string>? log)
    {
        _system = system;
        _system.World.Reset();
        _system.DeadLetters.Clear();
        Model = new TestPool(settings) { Log = log };
        _source.IsLent = connection => _requests.Exists(request => request.Lease is { IsOver: false } lease && ConnectionOf(lease.Place.Slot) == connection);
        _context = new PoolContext(settings, _source) { Clock = system.Sys.Scheduler };
        _context.Manager = system.Sys.ActorOf(PoolManager.Props(_context), $"actor-pool-default-{++s_pool}");
        Actors = [.. "abc".Select(name => new ModelledActor(system.Sys, $"{name}"))];
        _returner = new ModelledActor(system.Sys, "returner");
        _context.Send(_start);
        Pump();
        _state = _context.State!;
        Model.Start();
        Compare();
    }

    public TestPool Model { get; }

    public ModelledActor[] Actors { get; }

    public IReadOnlyList<Request> Requests => _requests;

    public IActorRef Manager => _context.Manager;

    public SteppedWorld World => _system.World;

    public ScriptedConnection ConnectionOf(Slot slot) => (ScriptedConnection)_context.Slots[slot.Index].Connection!;

    /// <summary>The end of a scenario: the remaining actors stop.</summary>
    public void Leave()
    {
        foreach (var actor in Actors.Append(_returner).Select(actor => actor.Actor).Append(Manager))
            ((IInternalActorRef)actor).Stop();
        Pump();
    }

    /// <summary>One step of both, and the comparison.</summary>
    private void Step(Action real, Action model)
    {
        real();
        Pump();
        model();
        _wereAllReturned = Model.State.AllReturned;
        Model.Pass(TimeSpan.Zero);
        Compare();
    }

    private void Pump()
    {
        World.Pump();
        foreach (var actor in Actors)
            actor.ReadInbox();
    }
}
