namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>Tests that measure the memory of their process: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
