using ActorPool.Messages;

namespace ActorPool;

/// <summary>How one statement, group or transaction is run, where it differs from the pool's settings.</summary>
public sealed record StatementOptions
{
    internal static readonly StatementOptions Default = new();

    /// <summary>The key on whose session it runs, after the earlier requests for that key. Null: any connection. Keys are compared by <c>Equals</c>.</summary>
    /// <exception cref="ArgumentException">The key is a cancellation token, a time span, a task or a request: an argument in the wrong place.</exception>
    public object? Key { get; init => field = KeyRule.Checked(value, nameof(Key)); }

    /// <summary>
    /// How long the caller waits for the answer, counted from the call. Null: <c>pipeline.timeout</c>. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>:
    /// no limit. Above zero. With null, a transaction, and each statement of a pool other than <see cref="ConnectionPool"/>, waits for its connection no
    /// longer than <c>acquire-timeout</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero, and not infinite.</exception>
    public TimeSpan? Timeout { get; init => field = SettingRule.PositiveOrInfiniteOrNull(value); }

    /// <summary>
    /// It may be run a second time when its connection was lost before the answer came. Default: false, so the caller gets
    /// <see cref="PoolErrorKind.OutcomeUnknown"/>. Set it only for a statement that has the same effect when it is run twice.
    /// </summary>
    public bool Repeatable { get; init; }
}
