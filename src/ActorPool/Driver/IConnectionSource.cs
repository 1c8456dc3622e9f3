namespace ActorPool.Driver;

/// <summary>Makes the physical connections of one pool.</summary>
internal interface IConnectionSource : IAsyncDisposable
{
    IPhysicalConnection Create();
}
