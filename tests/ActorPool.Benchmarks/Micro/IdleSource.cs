using ActorPool.Driver;

namespace ActorPool.Benchmarks.Micro;

/// <summary>Connections without a server, always healthy: the pool is measured without the driver and the network.</summary>
internal sealed class IdleSource : IConnectionSource
{
    private int _made;

    public string Server => "nowhere";

    public string ConnectionString => "";

    public string? Limitation => null;

    public IPhysicalConnection Create() => new IdleConnection(++_made);

    public void EndWaiting()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
