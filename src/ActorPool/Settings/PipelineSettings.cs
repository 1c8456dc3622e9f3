using static ActorPool.SettingRule;

namespace ActorPool;

/// <summary>
/// How an actor pool runs statements that it is told: the section <c>pipeline</c>. The other pools run each statement on a lease and use none of this.
/// </summary>
public sealed record PipelineSettings
{
    /// <summary>Settings with the defaults of <c>hocon/reference.conf</c>.</summary>
    public PipelineSettings()
        : this(PoolConfig.Defaults.Pipeline)
    {
    }

    internal PipelineSettings(int? connections, int maxBatch, TimeSpan slowAfter, TimeSpan timeout, bool acceptRemote)
    {
        (Connections, MaxBatch, SlowAfter, Timeout, AcceptRemote) = (connections, maxBatch, slowAfter, timeout, acceptRemote);
    }

    /// <summary>
    /// <c>pipeline.connections</c>: at most this many connections run statements at the same time; the others stay for leases.
    /// At least 1. Null (<c>half</c>): half of the present maximum, at least 1.
    /// </summary>
    public int? Connections { get; init => field = value is { } number ? AtLeast(1, number, Named(nameof(Connections))) : null; }

    /// <summary>
    /// <c>pipeline.max-batch</c>: the most statements that a connection runs in one round trip. At least 1. With 1 each statement has its own
    /// round trip, which works through every proxy.
    /// </summary>
    public int MaxBatch { get; init => field = AtLeast(1, value, Named(nameof(MaxBatch))); }

    /// <summary>
    /// <c>pipeline.slow-after</c>: a statement that takes longer on average, or returns more than 1,000 rows or 64 KiB, runs alone. Slow statements
    /// leave one of the connections for statements free, if there are at least two. Above zero.
    /// </summary>
    public TimeSpan SlowAfter { get; init => field = Positive(value, Named(nameof(SlowAfter))); }

    /// <summary>
    /// <c>pipeline.timeout</c>: how long the caller of a statement waits for its answer, unless the statement has its own time-out. Above zero; infinite
    /// is allowed.
    /// </summary>
    public TimeSpan Timeout { get; init => field = PositiveOrInfinite(value, Named(nameof(Timeout))); }

    /// <summary><c>pipeline.accept-remote</c>: run statements that actors in other processes send.</summary>
    public bool AcceptRemote { get; init; }

    /// <summary>As an error names it: a property of <see cref="PoolSettings.Pipeline"/>.</summary>
    private static string Named(string property) => $"{nameof(PoolSettings.Pipeline)}.{property}";
}
