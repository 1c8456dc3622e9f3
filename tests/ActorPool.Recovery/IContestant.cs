namespace ActorPool.Recovery;

/// <summary>A pool under test.</summary>
internal interface IContestant : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Borrows a connection, runs one small query, returns it.</summary>
    Task UseAsync();
}
