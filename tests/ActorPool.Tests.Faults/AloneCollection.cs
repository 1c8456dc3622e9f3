namespace ActorPool.Tests.Faults;

/// <summary>Tests that measure the whole process: no other test of this assembly runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
