namespace ActorPool.Errors;

/// <summary>The failures of statements and transactions that a pool was told, apart from the errors of the server.</summary>
internal static class StatementFailures
{
    /// <summary>It was not sent.</summary>
    /// <param name="pool">The name of the pool.</param>
    /// <param name="problem">Why, and what to do: whole sentences without the last full stop of the first.</param>
    public static PoolFailure Refused(string pool, (string What, string Remedy) problem) =>
        new(PoolErrorKind.NotAsStatement, pool) { Detail = problem.What, Advice = problem.Remedy };

    /// <summary>It came from another process.</summary>
    /// <param name="failure">The refusal with the numbers of the pool.</param>
    /// <param name="hasCode">The message contains a function.</param>
    public static PoolFailure FromElsewhere(PoolFailure failure, bool hasCode) => hasCode
        ? failure with
        {
            Detail = "a Query with a function or a Transact came from another process, where its code has to stay",
            Advice = "Send Query, Execute or ExecuteAll, or use a pool in the process of the sender.",
        }
        : failure with
        {
            Detail = "a statement came from another process, and this pool runs none from there",
            Advice = "Set pipeline.accept-remote = on for this pool, if all processes that reach its remoting port may run SQL; or use a pool in the process of the sender.",
        };

    /// <summary>The connection was lost before the answer came.</summary>
    public static PoolFailure Lost(string pool, Exception? cause) =>
        new(PoolErrorKind.OutcomeUnknown, pool, Cause: cause)
        {
            Detail = "the connection was lost before the answer to a statement came: the statement may have been carried out",
        };

    /// <summary>The connection was lost while a transaction was committed.</summary>
    public static PoolFailure CommitLost(string pool, Exception cause) =>
        new(PoolErrorKind.OutcomeUnknown, pool, Cause: cause)
        {
            Detail = "no answer to the COMMIT of a transaction came: it may have been committed",
        };

    /// <summary>The time-out was over, and the statement had been sent.</summary>
    public static PoolFailure TimedOutWhileRunning(string pool, TimeSpan timeout) =>
        new(PoolErrorKind.OutcomeUnknown, pool, Cause: new TimeoutException($"No answer came within {Seconds(timeout)}."))
        {
            Detail = $"a statement had no answer within its time-out of {Seconds(timeout)}, and was cancelled while it ran: it may have been carried out",
            Advice = "Check the data before you run it again. If it needs more time, set a longer Timeout.",
            IsCauseTold = true,
        };

    /// <summary>The time-out was over, and nothing had been sent.</summary>
    public static PoolFailure TimedOutBeforeRunning(string pool, TimeSpan timeout) =>
        new(PoolErrorKind.Timeout, pool)
        {
            Detail = $"no connection came free for a statement within its time-out of {Seconds(timeout)}; it was not run",
            Advice = "Return connections sooner, raise max-connections or pipeline.connections, or give the statement a longer Timeout.",
        };

    /// <summary>The time-out was over before the code of a transaction had ended.</summary>
    public static PoolFailure TransactionTimedOut(string pool, TimeSpan timeout, Exception? cause) =>
        new(PoolErrorKind.Timeout, pool, Cause: new TimeoutException($"The transaction was not committed within {Seconds(timeout)}.", cause))
        {
            Detail = $"a transaction was not finished within its time-out of {Seconds(timeout)}, and was rolled back",
            Advice = "Do less in it, or give it a longer Timeout in StatementOptions.",
            IsCauseTold = true,
        };

    private static string Seconds(TimeSpan time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
