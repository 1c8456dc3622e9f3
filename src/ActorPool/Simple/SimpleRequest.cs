using ActorPool.Core.Model;
using ActorPool.Errors;

namespace ActorPool.Simple;

/// <summary>The request of the one caller.</summary>
internal sealed class SimpleRequest(object? key, string? file, int line, bool isExclusive = false) : Waiter(key, TimeSpan.Zero, isExclusive)
{
    public PooledConnection? Lease { get; set; }

    public PoolFailure? Failure { get; set; }

    /// <summary>The place of the call.</summary>
    public LeaseOrigin Origin { get; } = new(file, line);

    public override bool TryClaim() => true;
}
