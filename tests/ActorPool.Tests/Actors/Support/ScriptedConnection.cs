using System.Data.Common;
using ActorPool.Driver;
using ActorPool.Errors;
using ActorPool.Tests.Core.Support;
using Npgsql;

namespace ActorPool.Tests.Actors.Support;

/// <summary>
/// A connection without a server: each of its steps ends when the script says so, as it says. Calls in an order that
/// the driver does not allow are noted.
/// </summary>
internal sealed class ScriptedConnection(ScriptedSource source, int number) : IPhysicalConnection
{
    private TaskCompletionSource? _running;
    private TaskCompletionSource<ReturnCondition>? _batchEnd;
    private List<TaskCompletionSource>? _ends;
    private bool _isGone;
    private bool _isOpen;
    private bool _wasOpened;
    private bool _wasCutOff;

    public DbConnection Driver { get; } = new NpgsqlConnection();

    public bool IsBusy { get; set; }

    public long Progress { get; set; }

    public Action? ClosedByReader { get; set; }

    public int ProcessId => number;

    /// <summary>All calls in their order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The statements that run.</summary>
    public StatementBatch? Batch { get; private set; }

    public ConnectionWork Work { get; private set; }

    public object? WorkKey { get; private set; }

    /// <summary>How often it was taken back.</summary>
    public int Releases { get; private set; }

    /// <summary>How it will be found when it is taken back the next time.</summary>
    public ReturnCondition Condition { get; set; }

    /// <summary>The backend is gone, and its goodbye stands on the socket.</summary>
    public bool IsDead { get; set; }

    /// <summary>Runs in the manager, when it takes the connection back.</summary>
    public Action? WhenReleased { get; set; }

    /// <summary>What stands at the server, as the calls have left it.</summary>
    public Physical State =>
        _isGone ? Physical.None
        : _ends is not null || _wasCutOff ? Physical.Closing
        : _running is not null ? (_isOpen ? Physical.Working : Physical.Opening)
        : _isOpen ? Physical.Open : Physical.None;

    /// <summary>It was told to end.</summary>
    public bool IsEnding => _ends is not null;

    public void Failed(Exception error)
    {
    }

    public DbDataReader WhenClosed(DbDataReader reader, Action closed) => throw new NotSupportedException("Nothing is read without a server.");

    public Task OpenAsync()
    {
        Note("open", !_wasOpened && _ends is null, "opened twice or after its end");
        _wasOpened = true;
        return Begin();
    }

    public Task WorkAsync(ConnectionWork work, object? key = null)
    {
        Note($"work {work}", _isOpen && _running is null && _ends is null, $"told to {work} when it could not");
        source.Check(!source.IsLent(this), $"{this} is told to {work} while somebody has it");
        (Work, WorkKey) = (work, key);
        return Begin();
    }

    public Task<ReturnCondition> RunAsync(StatementBatch batch)
    {
        Note($"run {batch.Statements.Count}", _isOpen && _running is null && _ends is null && Batch is null, "told to run statements when it could not");
        source.Check(!source.IsLent(this), $"{this} is told to run statements while somebody has it");
        Batch = batch;
        return (_batchEnd = new TaskCompletionSource<ReturnCondition>()).Task;
    }

    public void CancelRunning(StatementBatch batch, int index) => Note($"cancel {index}", batch == Batch, "told to cancel a statement of another batch");

    public Task TerminateAsync(BackendIdentity backend) => WorkAsync(ConnectionWork.Terminate);

    public bool PrependReset()
    {
        Note("prepend a reset", _isOpen && _running is null && _ends is null, "given a reset in the middle of something");
        source.Check(!source.IsLent(this), $"{this} is given a reset while somebody has it");
        return true;
    }

    public SocketState Probe() => IsDead ? SocketState.Readable : SocketState.Silent;

    public void Lend()
    {
    }

    public ReturnCondition Release(bool driverWasUsed)
    {
        Note("release", _isOpen && _running is null && _ends is null, "taken back in the middle of something");
        source.Check(!source.IsLent(this), $"{this} is taken back from somebody who has it yet");
        Releases++;
        WhenReleased?.Invoke();
        var condition = Condition;
        Condition = ReturnCondition.Clean;
        return condition;
    }

    public void EndLease(LeaseEnd end)
    {
    }

    public Task CloseAsync()
    {
        Note("close", _isOpen && _running is null && _ends is null, "closed gently when it was not idle");
        source.Check(!source.IsLent(this), $"{this} is closed gently while somebody has it");
        return End();
    }

    public Task AbortAsync(Action<BackendIdentity>? stays = null)
    {
        Note("abort", true, "");
        return End();
    }

    /// <summary>The batch ends, and so does each of its statements.</summary>
    public void EndBatch(ReturnCondition condition = ReturnCondition.Clean, StatementEnd end = StatementEnd.Answered)
    {
        var batch = Batch!;
        Batch = null;
        foreach (RunnableStatement statement in batch.Statements)
        {
            statement.End = end;
            if (end == StatementEnd.Answered)
                statement.Succeed([1]);
            // The actor of the connection delivers the last one.
            if (end == StatementEnd.Answered && statement != batch.Statements[^1])
                statement.Deliver(onThisThread: false);
        }

        _batchEnd!.SetResult(condition);
    }

    /// <summary>The step under way ends well.</summary>
    public void Succeed()
    {
        _isOpen = true;
        Ended(step => step.SetResult());
    }

    /// <summary>The step under way fails. After some ends of an open the server may have a backend of it.</summary>
    public void Fail(Exception error)
    {
        _wasCutOff = !_isOpen && ConnectErrors.KindOf(error) == ConnectFailure.Unclear;
        Ended(step => step.SetException(error));
    }

    /// <summary>The backend is gone; what was under way fails before that or after it.</summary>
    public void Gone(bool late)
    {
        var error = new InvalidOperationException("the connection was ended");
        if (!late && _running is not null)
            Fail(error);
        _isOpen = false;
        _isGone = true;
        foreach (var end in _ends!)
            end.TrySetResult();
        if (_running is not null)
            Fail(error);
    }

    public override string ToString() => $"connection {number} ({string.Join(", ", Calls)})";

    private Task Begin()
    {
        var running = _running = new TaskCompletionSource();
        if (source.IsInstant)
            Succeed();
        return running.Task;
    }

    private Task End()
    {
        var nothingIsThere = State == Physical.None;
        _ends ??= [];
        _isGone |= nothingIsThere;
        // Each has its own: of several who wait for one task only some would go on at once.
        var end = new TaskCompletionSource();
        _ends.Add(end);
        if (_isGone)
            end.SetResult();
        else if (source.IsInstant)
            Gone(late: true);
        return end.Task;
    }

    private void Ended(Action<TaskCompletionSource> how)
    {
        var running = _running!;
        _running = null;
        how(running);
    }

    private void Note(string call, bool isRight, string wrong)
    {
        Calls.Add(call);
        source.Check(isRight, $"{this} is {wrong}");
    }
}
