namespace ActorPool.Core.Model;

/// <summary>Why a request or a return is refused. The shells answer with the public error kind of the same name.</summary>
internal enum Refusal : byte
{
    Closed,
    Exhausted,
    Timeout,
    TooManyWaiting,
    NotCheckedOut,
    ConnectFailed,
    NotLocal,
}
