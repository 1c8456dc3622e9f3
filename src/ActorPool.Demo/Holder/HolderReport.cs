using ActorPool.Demo.Server;

namespace ActorPool.Demo.Holder;

/// <summary>The end of the holder, as observed at the server and not in the pool.</summary>
/// <param name="Pid">The backend that the holder reported.</param>
/// <param name="VaultInside">The vault's balance inside its transaction.</param>
/// <param name="StateBefore">The state of that backend at the server just before the end; null when there was none.</param>
/// <param name="GoneAfter">How long after the death that backend was gone; null when it stayed.</param>
internal sealed record HolderReport(int Pid, long VaultInside, string? StateBefore, TimeSpan? GoneAfter)
{
    public bool DiedInsideTransaction =>
        StateBefore == Backend.IdleInTransaction && VaultInside == DemoSchema.VaultBalance - HolderActor.Amount;
}
