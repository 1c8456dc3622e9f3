namespace ActorPool.Tests.PostgreSQL.Support;

/// <summary>Tests that measure memory or a short time: no other test of the project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
