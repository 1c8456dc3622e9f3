using System.Globalization;
using System.Text;

namespace ActorPool.Errors;

/// <summary>
/// A refusal with the pool's state at its moment. Its text is made where it is read, so that a mass of refusals costs the
/// manager no texts.
/// </summary>
internal sealed record PoolFailure(PoolErrorKind Kind, string Name, PoolStatistics? State = null, Exception? Cause = null)
{
    /// <summary>What happened, where the kind alone does not say it.</summary>
    public const string NotStarted = "it did not start, because a connection could not be opened";

    /// <summary>What happened, in place of the kind's own words.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do, in place of the kind's own words.</summary>
    public string? Advice { get; init; }

    /// <summary>Where connections are opened; with <see cref="Cause"/>.</summary>
    public string? Server { get; init; }

    /// <summary>Of a refused request: what stood in its way.</summary>
    public Obstacle? Obstacle { get; init; }

    /// <summary>Of a refused request: which one it was; with <see cref="Obstacle"/>.</summary>
    public RefusedRequest? Request { get; init; }

    /// <summary>The driver's, the server's or the hook's own error.</summary>
    public Exception? Inner => Cause is HookFailedException hook ? hook.Error : Cause;

    public static PoolFailure Closed(string name) => new(PoolErrorKind.Closed, name);

    public PoolException ToException() => new(this);

    public override string ToString()
    {
        var text = new StringBuilder($"Pool '{Name}': {WhatHappened()}");
        if (State is { } state)
            AppendNumbers(text, state);
        text.Append(". ").Append(Remedy());
        if (Cause is HookFailedException hook)
            text.Append(" What happened in ").Append(hook.Hook).Append(": ").Append(hook.Error.Message);
        else if (Cause is { } cause)
            text.Append(" The last connect error").Append(Server is null ? "" : $" ({Server})").Append(": ").Append(cause.Message);
        return text.ToString();
    }

    private static void AppendNumbers(StringBuilder text, PoolStatistics state)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $" (open {state.Open} of {state.Max}, idle {state.Idle}, in use {state.InUse}, resetting {state.Resetting}, validating {state.Validating}, closing {state.Closing}, opening {state.Opening}, waiting {state.Waiting}");
        if (state.InUse > 0)
            text.Append(CultureInfo.InvariantCulture, $", longest hold {state.LongestHold.TotalSeconds:0.0} s");
        text.Append(')');
    }

    private ObstacleText? Words => State is { } state && Obstacle is { } obstacle && Request is { } request ? new ObstacleText(Kind, state, obstacle, request) : null;

    private string WhatHappened() => Detail ?? Words?.What() ?? (Cause is HookFailedException hook ? $"the hook {hook.Hook} failed on the connection" : Kind switch
    {
        PoolErrorKind.Closed => "connection pool is closed",
        PoolErrorKind.Exhausted => "connection pool exhausted, all connections are lent",
        PoolErrorKind.Timeout => "no connection came free within the time-out",
        PoolErrorKind.TooManyWaiting => "too many requests wait already",
        PoolErrorKind.ConnectFailed => "no connection could be opened",
        PoolErrorKind.NotCheckedOut => "trying to put a connection that is not lent, not by this pool, or not under this key",
        _ => "the sender or owner lives in another process",
    });

    private string Remedy() => Advice ?? Words?.Remedy() ?? Kind switch
    {
        PoolErrorKind.ConnectFailed when Cause is HookFailedException => "It must leave the connection open and idle, outside a transaction.",
        PoolErrorKind.Closed => "Start a new one, or end its borrowers before it.",
        PoolErrorKind.Exhausted => "Return connections sooner, raise max-connections, or let requests wait with acquire-timeout.",
        PoolErrorKind.Timeout => "Return connections sooner, raise max-connections, or wait longer with acquire-timeout.",
        PoolErrorKind.TooManyWaiting => "Slow the callers down, or raise max-waiting.",
        PoolErrorKind.ConnectFailed => ConnectAdvice.For(Cause),
        PoolErrorKind.NotCheckedOut => "Put a connection once, to the pool and under the key it came from. Nothing was changed.",
        _ => "A connection cannot leave its process: ask a pool in the asker's own.",
    };
}
