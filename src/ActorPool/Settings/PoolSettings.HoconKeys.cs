using static ActorPool.SettingRule;

namespace ActorPool;

// One property for each key of HOCON, with its rule.
public sealed partial record PoolSettings
{
    /// <summary>
    /// The pool's name, unique among the live pools of an actor system. Default: <c>default</c>. Letters, digits, <c>-</c>, <c>_</c> and
    /// <c>.</c>.
    /// </summary>
    public string Name { get; init => field = PoolName(value); } = "default";

    /// <summary><c>connection-string</c>: where to connect; empty when a <see cref="DataSource"/> is given.</summary>
    public string ConnectionString { get; init => field = ConnectionText(value); } = "";

    /// <summary><c>min-connections</c>: opened at the start, refilled after a loss (<see cref="KeepMin"/>), never trimmed while idle. At least 0.</summary>
    public int MinConnections { get; init => field = AtLeast(0, value); }

    /// <summary><c>max-connections</c>: the pool has at most this many backends at any time. At least 1.</summary>
    public int MaxConnections { get; init => field = AtLeast(1, value); }

    /// <summary><c>acquire-timeout</c>: how long a request may wait. Zero: it does not wait for other borrowers. Infinite is allowed.</summary>
    public TimeSpan AcquireTimeout { get; init => field = ZeroOrMoreOrInfinite(value); }

    /// <summary><c>max-waiting</c>: requests that may wait at once. At least 1.</summary>
    public int MaxWaiting { get; init => field = AtLeast(1, value); }

    /// <summary><c>connect-timeout</c>: one physical open, and every round trip of the pool's own. Above zero.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Positive(value); }

    /// <summary><c>max-concurrent-opens</c>: opens in flight at once. At least 1.</summary>
    public int MaxConcurrentOpens { get; init => field = AtLeast(1, value); }

    /// <summary><c>reconnect-backoff</c>: the pause between failed opens.</summary>
    public ReconnectBackoff ReconnectBackoff { get; init => field = Backoff(value); } = null!;

    /// <summary><c>keep-min</c>: refill to <see cref="MinConnections"/> after a loss.</summary>
    public bool KeepMin { get; init; }

    /// <summary><c>idle-order</c>: which idle connection is lent next.</summary>
    public IdleOrder IdleOrder { get; init => field = Defined(value); }

    /// <summary><c>idle-timeout</c>: idle connections beyond the minimum are closed after it. Zero: at once on return. Infinite is allowed.</summary>
    public TimeSpan IdleTimeout { get; init => field = ZeroOrMoreOrInfinite(value); }

    /// <summary><c>max-lifetime</c>: an older connection is replaced as soon as it is not lent. Above zero; infinite is allowed.</summary>
    public TimeSpan MaxLifetime { get; init => field = PositiveOrInfinite(value); }

    /// <summary><c>lifetime-jitter</c>: up to this part of <see cref="MaxLifetime"/> is subtracted at random. From 0 to 1.</summary>
    public double LifetimeJitter { get; init => field = Fraction(value); }

    /// <summary><c>key-affinity</c>: how long a key stays bound to its connection.</summary>
    public KeyAffinity KeyAffinity { get; init => field = Defined(value); }

    /// <summary><c>key-sharing</c>: how a request for a key that is already lent is answered.</summary>
    public KeySharing KeySharing { get; init => field = Defined(value); }

    /// <summary><c>shared-key-warning</c>: log a warning the first time that a borrower joins the lease of another one through a shared key.</summary>
    public bool SharedKeyWarning { get; init; }

    /// <summary><c>key-memory</c>: the most remembered keys that are neither in use nor waited for. At least 0.</summary>
    public int KeyMemory { get; init => field = AtLeast(0, value); }

    /// <summary><c>reset</c>: what is undone on a returned connection before it is lent again.</summary>
    public ResetMode Reset { get; init => field = Defined(value); }

    /// <summary><c>discard-on-key-change</c>: the full reset when a session passes from one key to another, or between a key and unkeyed use.</summary>
    public bool DiscardOnKeyChange { get; init; }

    /// <summary>
    /// <c>prepend-reset</c>: the full reset is sent together with the next borrower's first command and runs before it, which saves a round
    /// trip before the lease. When the reset fails, the session ends before that command, which gets the error. A notification for the last
    /// borrower that arrives between the lease and the command reaches the next borrower. On return the reset is prepended only when a request waits.
    /// With a <see cref="Configure"/> hook, which has to run after the reset, the reset is always a round trip.
    /// </summary>
    public bool PrependReset { get; init; }

    /// <summary><c>validate-after-idle</c>: a connection that was idle for longer is tested before it is lent. Zero: always. Infinite is allowed.</summary>
    public TimeSpan ValidateAfterIdle { get; init => field = ZeroOrMoreOrInfinite(value); }

    /// <summary>
    /// <c>retire-on</c>: SQLSTATEs, or their classes (the first two characters), that mean that a session can no longer be used. When the pool
    /// sees one, the connection is replaced on return and the idle ones are tested. Empty: none.
    /// </summary>
    /// <remarks>
    /// The pool sees the errors of commands and commits of a lease or a data source, those of its own round trips and of the hooks, and every
    /// error that ends the session (57P01 and the like). If the session stays open, it does not see an error that occurs while a reader is read,
    /// or one of a command made with <see cref="PooledConnection.Npgsql"/>: return that connection with <see cref="PutConn.Close"/>. A session
    /// that no longer fits <c>Target Session Attributes</c> is found without an error, regardless of this list. With <c>standby</c>,
    /// <c>prefer-standby</c> or <c>read-only</c> there, 25006 does not count.
    /// </remarks>
    public IReadOnlyList<string> RetireOn { get; init => field = SqlStates.Of(value, nameof(RetireOn)); } = null!;

    /// <summary>
    /// <c>validate-idle-every</c>: an idle connection is tested in the background when the server has sent nothing on it for this long.
    /// Above zero; null: never. <see cref="SimpleConnectionPool"/> has no background work and ignores it.
    /// </summary>
    public TimeSpan? ValidateIdleEvery { get; init => field = PositiveOrOff(value); }

    /// <summary>
    /// <c>validate-timeout</c>: a test that takes longer has failed, and its connection is discarded. Above zero; a longer time than <see cref="ConnectTimeout"/> counts as that.
    /// </summary>
    public TimeSpan ValidateTimeout { get; init => field = Positive(value); }

    /// <summary>
    /// <c>collect-when-starved</c>: a pool in which requests wait and nothing is returned asks for a garbage collection, which finds
    /// forgotten leases.
    /// </summary>
    public bool CollectWhenStarved { get; init; }

    /// <summary><c>ambient-transactions</c>: what the facade does inside a <see cref="System.Transactions.TransactionScope"/>.</summary>
    public AmbientTransactions AmbientTransactions { get; init => field = Defined(value); }

    /// <summary>
    /// <c>leak-warning-after</c>: a lease held for longer is reported in the log. Above zero; null: never. A <see cref="SimpleConnectionPool"/> needs a logger for it.
    /// </summary>
    public TimeSpan? LeakWarningAfter { get; init => field = PositiveOrOff(value); }

    /// <summary><c>max-hold-time</c>: a lease held for longer is taken back by force. Above zero; null: never.</summary>
    public TimeSpan? MaxHoldTime { get; init => field = PositiveOrOff(value); }

    /// <summary>The section <c>pipeline</c>: how statements told to the pool are run.</summary>
    public PipelineSettings Pipeline { get; init => field = Given(value); } = null!;

    /// <summary><c>close-timeout</c>: how long a graceful stop waits for borrowed connections. At least 0.</summary>
    public TimeSpan CloseTimeout { get; init => field = ZeroOrMore(value); }
}
