using System.Globalization;
using System.Text;
using ActorPool.Driver;

namespace ActorPool;

/// <summary>
/// A refusal with the pool's state at its moment. The exception is made of it where it is thrown, so that a mass of refusals
/// costs the manager no texts.
/// </summary>
internal sealed record PoolFailure(PoolErrorKind Kind, string Name, PoolStatistics? State = null, Exception? Cause = null, string? Detail = null, string? Server = null)
{
    public const string ManagerCrashed = "the pool's manager failed while this request was under way, and has been made again";

    public const string OwnerEnded = "the owner of this request has ended before it was served";

    public static PoolFailure Closed(string name) => new(PoolErrorKind.Closed, name);

    public PoolException ToException() => new(Kind, Message(), Cause is HookFailedException hook ? hook.Error : Cause);

    private string Message()
    {
        var text = new StringBuilder($"Pool '{Name}': {WhatHappened()}");
        if (State is { } state)
        {
            text.Append(CultureInfo.InvariantCulture, $" (open {state.Open} of {state.Max}, idle {state.Idle}, in use {state.InUse}, opening {state.Opening}, waiting {state.Waiting}");
            if (state.InUse > 0)
                text.Append(CultureInfo.InvariantCulture, $", longest hold {state.LongestHold.TotalSeconds:0.0} s");
            text.Append(')');
        }

        text.Append(". ").Append(Remedy());
        if (Cause is HookFailedException hook)
            text.Append(" What happened in ").Append(hook.Hook).Append(": ").Append(hook.Error.Message);
        else if (Cause is { } cause)
            text.Append(" The last connect error").Append(Server is null ? "" : $" ({Server})").Append(": ").Append(cause.Message);
        return text.ToString();
    }

    private string WhatHappened() => Detail ?? (Cause is HookFailedException hook ? $"the hook {hook.Hook} failed on the connection" : Kind switch
    {
        PoolErrorKind.Closed => "connection pool is closed",
        PoolErrorKind.Exhausted => "connection pool exhausted, all connections are lent",
        PoolErrorKind.Timeout => "no connection came free within the time-out",
        PoolErrorKind.TooManyWaiting => "too many requests wait already",
        PoolErrorKind.ConnectFailed => "no connection could be opened",
        PoolErrorKind.NotCheckedOut => "trying to put a connection that is not lent, not by this pool, or not under this key",
        _ => "the sender or owner lives in another process",
    });

    private string Remedy() => Kind switch
    {
        _ when Detail == ManagerCrashed => "Ask again; the log has its error.",
        _ when Detail == OwnerEnded => "Ask for an owner that lives, or without one.",
        PoolErrorKind.ConnectFailed when Cause is HookFailedException => "It must leave the connection open and idle, outside a transaction.",
        PoolErrorKind.Closed => "Start a new one, or end its borrowers before it.",
        PoolErrorKind.Exhausted => "Return connections sooner, raise max-connections, or let requests wait with acquire-timeout.",
        PoolErrorKind.Timeout => "Return connections sooner, raise max-connections, or wait longer with acquire-timeout.",
        PoolErrorKind.TooManyWaiting => "Slow the callers down, or raise max-waiting.",
        PoolErrorKind.ConnectFailed => "Check that the server runs, that connection-string names it, and that it has a free slot.",
        PoolErrorKind.NotCheckedOut => "Put a connection once, to the pool and under the key it came from. Nothing was changed.",
        _ => "A connection cannot leave its process: ask a pool in the asker's own.",
    };
}
