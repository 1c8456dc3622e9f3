namespace ActorPool.Tests.Core.Support;

/// <summary>A request or a statement, as the ledger orders it.</summary>
internal interface IArrival
{
    string Name { get; }

    object? Key { get; }

    /// <summary>The rank of its arrival.</summary>
    long Number { get; set; }

    TimeSpan Since { get; }

    /// <summary>It was given up.</summary>
    bool Gone { get; }
}
