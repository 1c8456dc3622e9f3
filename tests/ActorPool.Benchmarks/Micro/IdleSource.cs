using ActorPool.Driver;

namespace ActorPool.Benchmarks.Micro;

/// <summary>Connections without a server, always well: what is measured is the pool and nothing of the driver or the network.</summary>
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
