using ActorPool.Core.Model;

namespace ActorPool.Errors;

/// <summary>The core's refusals under their public names.</summary>
internal static class PoolErrorKinds
{
    public static PoolErrorKind Of(Refusal refusal) => refusal switch
    {
        Refusal.Closed => PoolErrorKind.Closed,
        Refusal.Exhausted => PoolErrorKind.Exhausted,
        Refusal.Timeout => PoolErrorKind.Timeout,
        Refusal.TooManyWaiting => PoolErrorKind.TooManyWaiting,
        Refusal.NotCheckedOut => PoolErrorKind.NotCheckedOut,
        Refusal.ConnectFailed => PoolErrorKind.ConnectFailed,
        _ => PoolErrorKind.NotLocal,
    };
}
