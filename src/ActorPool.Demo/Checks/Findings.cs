using ActorPool.Demo.Accounts;
using ActorPool.Demo.Holder;
using ActorPool.Demo.Server;
using ActorPool.Demo.Sessions;

namespace ActorPool.Demo.Checks;

/// <summary>All observations of a run.</summary>
internal sealed record Findings
{
    public required BankBooks Bank { get; init; }

    public required SessionBooks Sessions { get; init; }

    /// <summary>Users that found their session again while they were alone in the pool.</summary>
    public required int KeptAlone { get; init; }

    public required HolderReport Holder { get; init; }

    public required Audit Audit { get; init; }

    /// <summary>The pool's numbers at the end of the work, with the audit.</summary>
    public required PoolStatistics Pool { get; init; }

    /// <summary>Transactions open at the server when all work had ended.</summary>
    public required long OpenTransactions { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>Backends of the pool at the server after its end.</summary>
    public required long BackendsLeft { get; init; }
}
