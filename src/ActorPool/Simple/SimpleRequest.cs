using ActorPool.Core;

namespace ActorPool.Simple;

/// <summary>The request of the one caller.</summary>
internal sealed class SimpleRequest(object? key, string? file, int line) : Waiter(key, TimeSpan.Zero)
{
    public PooledConnection? Lease { get; set; }

    public PoolFailure? Failure { get; set; }

    public override bool TryClaim() => true;

    /// <summary>Who asked, for reports.</summary>
    public override string ToString() => $"{file}:{line}";
}
