using ActorPool.Demo.Server;

namespace ActorPool.Demo.Holder;

/// <summary>What was seen of the holder's end, at the server and not in the pool.</summary>
/// <param name="Pid">The backend that it said to be in.</param>
/// <param name="VaultInside">The vault's balance inside its transaction.</param>
/// <param name="StateBefore">What the server said of that backend just before the end; null when it knew none.</param>
/// <param name="GoneAfter">How long after the end that backend was gone; null when it stayed.</param>
internal sealed record HolderReport(int Pid, long VaultInside, string? StateBefore, TimeSpan? GoneAfter)
{
    public bool DiedInsideTransaction =>
        StateBefore == Backend.IdleInTransaction && VaultInside == DemoSchema.VaultBalance - HolderActor.Amount;
}
