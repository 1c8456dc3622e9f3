using System.Net.Sockets;
using ActorPool.Errors;
using ActorPool.Tests.Core.Support;
using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.Actors.Modelled;

// The results of the connections' work.
internal sealed partial class ModelledPool
{
    public void Opened(SlotLedger slot) => Step(ConnectionOf(slot.Slot).Succeed, () => Model.Opened(slot));

    public void OpenFailed(SlotLedger slot, ConnectFailure failure)
    {
        Exception error = failure switch
        {
            ConnectFailure.Permanent => new PostgresException("wrong password", "FATAL", "FATAL", PostgresErrorCodes.InvalidPassword),
            ConnectFailure.Passing => new PostgresException("server is full", "FATAL", "FATAL", PostgresErrorCodes.TooManyConnections),
            ConnectFailure.StartingUp => new PostgresException("the database system is starting up", "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow),
            ConnectFailure.Refused => new NpgsqlException("nobody listens", new SocketException((int)SocketError.ConnectionRefused)),
            ConnectFailure.Unclear => new TimeoutException("no answer"),
            _ => TestPool.ConnectError,
        };
        Step(() => ConnectionOf(slot.Slot).Fail(error), () => Model.OpenFailed(slot, failure, error));
    }

    public void WorkDone(SlotLedger slot)
    {
        if (slot.DiedAt is not null)
            WorkFailed(slot, byHook: false);
        else
            Step(ConnectionOf(slot.Slot).Succeed, () => Model.WorkDone(slot));
    }

    public void WorkFailed(SlotLedger slot, bool byHook)
    {
        byHook &= (slot.Work & (ConnectionWork.OnReturn | ConnectionWork.Check | ConnectionWork.Initialize)) != 0;
        var error = byHook ? new HookFailedException("a hook", TestPool.HookError) : TestPool.ConnectError;
        Step(() => ConnectionOf(slot.Slot).Fail(error), () => Model.WorkFailed(slot, byHook));
    }

    public void Closed(SlotLedger slot, bool late) => Step(() => ConnectionOf(slot.Slot).Gone(late), () => Model.Closed(slot));

    public void BackendDies(SlotLedger slot)
    {
        ConnectionOf(slot.Slot).IsDead = true;
        Model.Dies(slot);
    }

    /// <summary>The actor of a connection stops.</summary>
    public void Lost(SlotLedger slot, bool killed)
    {
        var actor = _context.Owners[slot.Slot.Index].Actor!;
        Step(
            () =>
            {
                if (killed)
                    actor.Tell(Kill.Instance, ActorRefs.NoSender);
                else
                    ((IInternalActorRef)actor).Stop();
            },
            () => Model.Lost(slot));
    }

    /// <summary>Ends all work in flight successfully.</summary>
    public void Settle()
    {
        for (var steps = 0; Model.Ledger.Slots.Find(slot => slot.State is Physical.Opening or Physical.Working or Physical.Closing) is { } slot; steps++)
        {
            BrokenPromiseException.Unless(steps < 1000, $"the pool never comes to rest");
            switch (slot.State)
            {
                case Physical.Opening: Opened(slot); break;
                case Physical.Working: WorkDone(slot); break;
                default: Closed(slot, late: false); break;
            }
        }
    }
}
