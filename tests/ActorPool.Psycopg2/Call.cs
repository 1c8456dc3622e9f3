namespace ActorPool.Psycopg2;

/// <summary>
/// One step of a sequence. A connection is named by the getconn that gave it (its <see cref="Handle"/>), so that a step keeps
/// its meaning when others are left out.
/// </summary>
public sealed record Call(CallKind Kind, int Handle = 0, object? Key = null, bool Close = false)
{
    /// <summary>Whether the backends are compared after it. If not, the next call follows at once, while closes and resets are in flight.</summary>
    public bool Settle { get; init; } = true;

    /// <summary>For a getconn: the server refuses the connection, if the call needs a new one. Only the core can be compared in that.</summary>
    public bool ConnectFails { get; init; }

    public override string ToString() => $"{Text()}{(Settle ? "" : ";")}";

    private string Text() => Kind switch
    {
        CallKind.Get => $"#{Handle} = getconn({KeyText()}){(ConnectFails ? ", connecting fails" : "")}",
        CallKind.Put => $"putconn(#{Handle}{(Key is null ? "" : ", " + KeyText())}{(Close ? ", close" : "")})",
        CallKind.Dispose => $"dispose #{Handle}",
        CallKind.PutStranger => "putconn(stranger)",
        CallKind.CloseAll => "closeall()",
        CallKind.Begin => $"#{Handle}: a transaction is opened",
        CallKind.Fail => $"#{Handle}: a statement fails in a transaction",
        CallKind.End => $"#{Handle}: the transaction is ended",
        CallKind.Mark => $"#{Handle}: an advisory lock is taken",
        CallKind.UserClose => $"#{Handle}: closed by its borrower",
        CallKind.Kill => $"#{Handle}: its backend is terminated",
        _ => $"#{Handle}: the loss is noticed",
    };

    private string KeyText() => Key is string text ? $"\"{text}\"" : $"{Key}";
}
