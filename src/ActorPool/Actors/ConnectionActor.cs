using System.Diagnostics;
using ActorPool.Core;
using ActorPool.Core.Model;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Telemetry;
using Akka.Actor;
using Akka.Event;

namespace ActorPool.Actors;

/// <summary>
/// Owns one physical connection and does all of its work that waits for the network: open, round trips, close.
/// </summary>
/// <remarks>
/// <para>The dialogue with the manager. The actor starts with its connection and receives <see cref="OpenConnection"/>. It answers
/// <see cref="ConnectionOpened"/> or <see cref="ConnectionFailed"/>. If the server may still have a backend of the failed open,
/// <see cref="ConnectionEnded"/> follows.</para>
/// <para>Between two leases it may receive <see cref="WorkOn"/>, and answers <see cref="WorkEnded"/>.</para>
/// <para>Instead of a lease it may get a batch of statements, <see cref="RunStatements"/>, and answers <see cref="BatchEnded"/>; in between
/// <see cref="CancelStatement"/> may come.</para>
/// <para><see cref="EndConnection"/> may come at any time, also while an open or a round trip is stuck. The actor answers
/// <see cref="ConnectionEnded"/> when the backend has ended, and stops. If it stops for another reason, it closes the connection, and the
/// manager's watch reports <see cref="ConnectionStopped"/>.</para>
/// </remarks>
internal sealed class ConnectionActor(Slot slot, int incarnation, IPhysicalConnection connection, PoolMetrics metrics) : UntypedActor
{
    private bool _ending;

    public static Props Props(Slot slot, int incarnation, IPhysicalConnection connection, PoolMetrics metrics) =>
        Akka.Actor.Props.Create(() => new ConnectionActor(slot, incarnation, connection, metrics)).WithDeploy(Deploy.Local).WithDispatcher(ManagerDispatcher.Path);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case OpenConnection:
                OpenAsync().PipeTo(
                    Self,
                    success: () => new ConnectionOpened(slot, incarnation),
                    failure: error => new ConnectionFailed(slot, incarnation, error));
                break;
            case WorkOn order:
                _ = ReportAsync(order.Backend is { } backend ? connection.TerminateAsync(backend) : connection.WorkAsync(order.Work, order.Key), Self);
                break;
            case RunStatements order:
                order.Batch.HasBegun = true;
                _ = RunAsync(order.Batch, Context.Parent);
                break;
            case CancelStatement order when order.Batch.Number == order.Number:
                connection.CancelRunning(order.Batch, order.Index);
                break;
            case EndConnection order:
                End(order.Gently);
                break;
            case ConnectionFailed failed when !_ending:
                Context.Parent.Tell(failed);
                if (ConnectErrors.KindOf(failed.Error) == ConnectFailure.Unclear)
                    End(gently: false);
                else
                    Context.Stop(Self);
                break;
            case ConnectionOpened or WorkEnded when !_ending:
                // A request may wait for it: the manager runs on this thread instead of waiting for another.
                ManagerDispatcher.Tell(Context.Parent, message);
                break;
            case ConnectionEnded:
                Context.Parent.Tell(message);
                Context.Stop(Self);
                break;
        }
    }

    /// <summary>
    /// Its manager crashed and was restarted, and Akka restarts this actor with it. The connection stays as it is, and the work in flight
    /// reports to the new instance.
    /// </summary>
    protected override void PreRestart(Exception reason, object message)
    {
    }

    protected override void PostStop()
    {
        // Without effect on a connection that was closed before.
        _ = connection.AbortAsync();
    }

    private async Task OpenAsync()
    {
        var start = Stopwatch.GetTimestamp();
        await connection.OpenAsync().ConfigureAwait(false);
        metrics.CreatedLater(Stopwatch.GetElapsedTime(start));
    }

    /// <summary>
    /// As PipeTo, but this actor and then the manager, if they are idle, run on the thread that has received the server's answer.
    /// </summary>
    // The exception of the driver or of a hook goes to the manager.
    private async Task ReportAsync(Task work, IActorRef self)
    {
        Exception? failure = null;
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
        }

        ManagerDispatcher.Tell(self, new WorkEnded(slot, incarnation, failure));
    }

    /// <summary>
    /// The end of a batch is reported also when this actor has ended meanwhile: of a single statement by the thread that has read it, and its answer is
    /// delivered after that, because then the connection is free and the caller may continue on this thread.
    /// </summary>
    private async Task RunAsync(StatementBatch batch, IActorRef manager)
    {
        var running = connection.RunAsync(batch);
        // Then this is still a turn of this actor, perhaps on the thread of another caller: no caller continues here.
        var isInTurn = running.IsCompleted;
        var condition = await running.ConfigureAwait(false);
        // The manager may use the batch again.
        var size = batch.Statements.Count;
        var last = batch.Statements[^1] is RunnableStatement { End: StatementEnd.Answered } statement ? statement : null;
        if (size > 1)
        {
            // The callers continue first: what they tell goes with the next batch. Else that would leave with the few that wait already.
            Deliver(last, onThisThread: false);
            last = null;
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        ManagerDispatcher.BeginTurn();
        try
        {
            ManagerDispatcher.Tell(manager, new BatchEnded(slot, incarnation, batch, condition));
        }
        finally
        {
            ManagerDispatcher.EndTurn();
        }

        metrics.RanBatchLater(size);
        Deliver(last, onThisThread: !isInTurn);
    }

    // A receiver of a user's own type may throw; the connection goes on.
    private static void Deliver(RunnableStatement? statement, bool onThisThread)
    {
        try
        {
            statement?.Deliver(onThisThread);
        }
        catch (Exception)
        {
            // Its own answer is lost to it.
        }
    }

    private void End(bool gently)
    {
        _ending = true;
        var ended = new ConnectionEnded(slot, incarnation);
        var (self, parent) = (Self, Context.Parent);
        (gently ? connection.CloseAsync() : connection.AbortAsync(backend => parent.Tell(new BackendSurvived(backend), self)))
            .PipeTo(Self, success: () => ended, failure: _ => ended);
    }
}

/// <summary>To a connection: open.</summary>
internal sealed record OpenConnection : IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    public static readonly OpenConnection Instance = new();
}

/// <summary>To a connection: make a round trip between two leases.</summary>
/// <param name="Work">The work of the round trip.</param>
/// <param name="Key">The user's key, for <see cref="ConnectionWork.Initialize"/>.</param>
/// <param name="Backend">The backend to terminate, for <see cref="ConnectionWork.Terminate"/>.</param>
internal sealed record WorkOn(ConnectionWork Work, object? Key = null, BackendIdentity? Backend = null) : IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    private static readonly WorkOn Rollback = new(ConnectionWork.Rollback);
    private static readonly WorkOn FullReset = new(ConnectionWork.FullReset);
    private static readonly WorkOn Validate = new(ConnectionWork.Validate);

    public static WorkOn Of(in Effect effect) => effect.Work switch
    {
        ConnectionWork.Rollback => Rollback,
        ConnectionWork.FullReset => FullReset,
        ConnectionWork.Validate => Validate,
        var work => new WorkOn(work, effect.Slot!.Operation?.InitializesFor?.Key, (BackendIdentity?)effect.Backend),
    };
}

/// <summary>To a connection: run a batch of statements.</summary>
internal sealed record RunStatements(StatementBatch Batch) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

/// <summary>To a connection: cancel a statement of its batch, if it is the one that runs.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Number">The use of the batch that is meant.</param>
/// <param name="Index">Which of its statements.</param>
internal sealed record CancelStatement(StatementBatch Batch, int Number, int Index) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

/// <summary>To a connection: close; gently while it is idle, otherwise by force.</summary>
internal sealed record EndConnection(bool Gently) : IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    public static readonly EndConnection Gentle = new(true);
    public static readonly EndConnection Forced = new(false);
}

/// <summary>A report about a connection to the manager. It names the incarnation, so that a stale one changes nothing.</summary>
internal interface IConnectionReport : IDeadLetterSuppression, INoSerializationVerificationNeeded;

/// <summary>From a connection: it is open.</summary>
internal sealed record ConnectionOpened(Slot Slot, int Incarnation) : IConnectionReport;

/// <summary>From a connection: it could not be opened.</summary>
internal sealed record ConnectionFailed(Slot Slot, int Incarnation, Exception Error) : IConnectionReport;

/// <summary>From a connection: the round trip was made, or failed with an error.</summary>
internal sealed record WorkEnded(Slot Slot, int Incarnation, Exception? Error) : IConnectionReport;

/// <summary>From a connection: a batch has ended. Each of its statements says what became of it.</summary>
internal sealed record BatchEnded(Slot Slot, int Incarnation, StatementBatch Batch, ReturnCondition Condition) : IConnectionReport;

/// <summary>From a connection that was closed: its backend still runs.</summary>
internal sealed record BackendSurvived(BackendIdentity Backend) : IConnectionReport;

/// <summary>From a connection: it is closed. Its backend has ended, or the wait for that has timed out.</summary>
internal sealed record ConnectionEnded(Slot Slot, int Incarnation) : IConnectionReport;

/// <summary>About a connection: its actor has stopped.</summary>
internal sealed record ConnectionStopped(Slot Slot, int Incarnation, int Generation) : IConnectionReport;
