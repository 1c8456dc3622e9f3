namespace ActorPool.Tests.Faults;

/// <summary>Tests of what the whole process needs: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
