namespace ActorPool.Tests.Libraries.Support;

/// <summary>What a library is given to run on.</summary>
public enum Given
{
    /// <summary>A closed connection of the data source: the library opens and closes it.</summary>
    DataSource,

    /// <summary>A lease, which is open; the test returns it.</summary>
    Lease,
}
