using System.Globalization;
using System.Text;

namespace ActorPool.Errors;

/// <summary>
/// A refusal with the state of the pool at that moment. Its text is made when it is read, so that many refusals cost the manager no text.
/// </summary>
internal sealed record PoolFailure(PoolErrorKind Kind, string Name, PoolStatistics? State = null, Exception? Cause = null)
{
    /// <summary>A <see cref="Detail"/>: the failed start.</summary>
    public const string NotStarted = "it did not start, because a connection could not be opened";

    /// <summary>What happened, in place of the text for the kind.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do, in place of the text for the kind.</summary>
    public string? Advice { get; init; }

    /// <summary>A sentence behind what happened.</summary>
    public string? Note { get; init; }

    /// <summary>The text says already what the <see cref="Cause"/> says.</summary>
    public bool IsCauseTold { get; init; }

    /// <summary>The server; with <see cref="Cause"/>.</summary>
    public string? Server { get; init; }

    /// <summary>For a refused request: why no connection was free.</summary>
    public Obstacle? Obstacle { get; init; }

    /// <summary>For a refused request: the request; with <see cref="Obstacle"/>.</summary>
    public RefusedRequest? Request { get; init; }

    /// <summary>The error of the driver, the server or the hook.</summary>
    public Exception? Inner => Cause is HookFailedException hook ? hook.Error : Cause;

    public static PoolFailure Closed(string name) => new(PoolErrorKind.Closed, name);

    public PoolException ToException() => new(this);

    public override string ToString()
    {
        var text = new StringBuilder($"Pool '{Name}': {WhatHappened()}");
        if (State is { } state)
            AppendNumbers(text, state);
        text.Append(". ");
        if (Note is not null)
            text.Append(Note).Append(' ');
        text.Append(Remedy());
        if (Cause is HookFailedException hook)
            text.Append(" The error in ").Append(hook.Hook).Append(": ").Append(hook.Error.Message);
        else if (Kind == PoolErrorKind.OutcomeUnknown)
            text.Append(Cause is null || IsCauseTold ? "" : $" The cause: {Cause.Message}");
        else if (Cause is { } cause && !IsCauseTold)
            text.Append(" The last connect error").Append(Server is null ? "" : $" ({Server})").Append(": ").Append(cause.Message);
        return text.ToString();
    }

    private static void AppendNumbers(StringBuilder text, PoolStatistics state)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $" (open {state.Open} of {state.Max}, idle {state.Idle}, in use {state.InUse}{(state.Working > 0 ? $" ({state.Working} running statements)" : "")}, resetting {state.Resetting}, validating {state.Validating}, closing {state.Closing}, opening {state.Opening}, waiting {state.Waiting}");
        if (state.StatementsWaiting > 0)
            text.Append(CultureInfo.InvariantCulture, $", statements waiting {state.StatementsWaiting}");
        if (state.InUse > state.Working)
            text.Append(CultureInfo.InvariantCulture, $", longest hold {state.LongestHold.TotalSeconds:0.0} s");
        text.Append(')');
    }

    private ObstacleText? Words => State is { } state && Obstacle is { } obstacle && Request is { } request ? new ObstacleText(Kind, state, obstacle, request) : null;

    private string WhatHappened() => Detail ?? Words?.What() ?? (Cause is HookFailedException hook ? $"the hook {hook.Hook} failed on the connection" : Kind switch
    {
        PoolErrorKind.Closed => "connection pool is closed",
        PoolErrorKind.Exhausted => "connection pool exhausted, all connections are lent",
        PoolErrorKind.Timeout => "no connection came free within the time-out",
        PoolErrorKind.TooManyWaiting => "too many requests are waiting",
        PoolErrorKind.ConnectFailed => "no connection could be opened",
        PoolErrorKind.OutcomeUnknown => "the statement was sent, and no answer came; it may have been carried out",
        PoolErrorKind.NotCheckedOut => "trying to put a connection that is not lent, not by this pool, or not under this key",
        PoolErrorKind.NotAsStatement => "a statement that changes the session or a transaction cannot be told to a pool",
        PoolErrorKind.StatementFailed => "a statement of a sender in another process failed",
        PoolErrorKind.TooLarge => "the answer of a statement is larger than a message to another process may be",
        _ => "the sender or owner is in another process",
    });

    private string Remedy() => Advice ?? Words?.Remedy() ?? Kind switch
    {
        PoolErrorKind.ConnectFailed when Cause is HookFailedException => "A hook must leave the connection open and idle, outside a transaction.",
        PoolErrorKind.Closed => "Start a new pool, or stop its borrowers before you close it.",
        PoolErrorKind.Exhausted => "Return connections sooner, raise max-connections, or let requests wait with acquire-timeout.",
        PoolErrorKind.Timeout => "Return connections sooner, raise max-connections, or wait longer with acquire-timeout.",
        PoolErrorKind.TooManyWaiting => "Slow the callers down, or raise max-waiting.",
        PoolErrorKind.ConnectFailed => ConnectAdvice.For(Cause),
        PoolErrorKind.OutcomeUnknown => "Check whether it was carried out before you run it again. If it is safe to run twice, set Repeatable.",
        PoolErrorKind.NotCheckedOut => "Put a connection once, to the pool and under the key it came from. Nothing was changed.",
        PoolErrorKind.NotAsStatement => "Borrow a connection with GetConnAsync, or use TransactAsync.",
        PoolErrorKind.StatementFailed => "The SqlState says why the server refused it, if it did.",
        PoolErrorKind.TooLarge => "Select fewer rows, or raise maximum-frame-size of the transport. The statement was carried out.",
        _ => "A connection cannot leave its process: use a pool in the process of the sender.",
    };
}
