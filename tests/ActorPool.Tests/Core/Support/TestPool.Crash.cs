namespace ActorPool.Tests.Core.Support;

// The shell that drives the core crashes, and another one takes over.
internal sealed partial class TestPool
{
    public void Crash()
    {
        var crashed = State;
        Ledger.CrashBegins(Now);
        State = new PoolState(crashed, Now);
        Step("crash", () =>
        {
            foreach (var slot in Ledger.Slots.OrderBy(slot => slot.LentAt))
                State.Adopt(slot.Slot, FateOf(slot), Now);
            Ledger.CrashEnds();
            State.Recovered(Now);
        });
    }

    private static SlotFate FateOf(SlotLedger slot) => slot switch
    {
        { State: Physical.None } => SlotFate.Empty,
        { IsLent: true } => SlotFate.Lent,
        { Batch: not null } => SlotFate.Working,
        { State: Physical.Open } => SlotFate.Sound,
        _ => SlotFate.Unsound,
    };
}
