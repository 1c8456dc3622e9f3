using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>A sender that holds up the manager until the test releases it.</summary>
public sealed class BlockingRef(ActorSystem system) : MinimalActorRef, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _released = new();

    public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.TempPath();

    public override IActorRefProvider Provider { get; } = ((ExtendedActorSystem)system).Provider;

    /// <summary>Asks the manager for statistics, and returns when the manager is in the middle of the answer.</summary>
    public Task HoldUpAsync(IActorRef manager)
    {
        manager.Tell(new GetStatistics(), this);
        return Task.Run(() => Assert.True(_entered.Wait(Limit), "The manager did not answer."));
    }

    /// <summary>The manager goes on.</summary>
    public void Release() => _released.Set();

    public void Dispose()
    {
        _released.Set();
        _entered.Dispose();
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is ISystemMessage)
            return;
        _entered.Set();
        _released.Wait(Limit);
    }
}
