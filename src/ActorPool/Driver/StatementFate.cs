using Npgsql;

namespace ActorPool.Driver;

/// <summary>What an error means for the statement whose answer it was.</summary>
internal enum StatementFate : byte
{
    /// <summary>The error is its answer: it had no effect.</summary>
    Failed,

    /// <summary>The error is not its own, and it had no effect: it runs again.</summary>
    Again,

    /// <summary>It may have been carried out.</summary>
    Unknown,

    /// <summary>It certainly did not run.</summary>
    NotRun,
}

/// <summary>What an error means for the statement that was being read, and for those that were sent behind it on the same connection.</summary>
/// <param name="Own">The statement whose answer it was.</param>
/// <param name="Behind">Those behind it; null when they are not affected.</param>
internal readonly record struct StatementFates(StatementFate Own, StatementFate? Behind)
{
    // RevalidateCachedQuery is the place in the server's source that finds "cached plan must not change result type", in every language.
    private const string StalePlan = "RevalidateCachedQuery";

    /// <summary>Decides by the error and by the state of the connection after it.</summary>
    /// <param name="error">The error, as the driver threw it.</param>
    /// <param name="isOpen">The connection is still open.</param>
    /// <param name="isComplete">The server had already reported the end of the statement, so that only its commit was left.</param>
    /// <param name="mayBeCancelled">A cancel request for an earlier statement may have reached this one.</param>
    public static StatementFates Of(Exception error, bool isOpen, bool isComplete, bool mayBeCancelled)
    {
        var answer = error as PostgresException;
        if (isOpen && (answer is not null || IsCancelled(error)))
            return new(IsOfPreparation(error) || (mayBeCancelled && IsCancelled(error)) ? StatementFate.Again : StatementFate.Failed, null);
        if (answer is null)
            return new(StatementFate.Unknown, StatementFate.Unknown);
        // The server works in order, and it works no more. A commit may have come before its last words.
        if (answer.InvariantSeverity is "FATAL" or "PANIC")
            return new(isComplete ? StatementFate.Unknown : StatementFate.Failed, StatementFate.NotRun);
        // The driver has given the connection up over this error. The server has not, and goes on with the others.
        return new(StatementFate.Failed, StatementFate.Unknown);
    }

    /// <summary>The driver has refused a value while it wrote it.</summary>
    public static bool IsOfValue(Exception error) => error is OverflowException or InvalidCastException or ArgumentException or FormatException;

    /// <summary>The server has cancelled the statement. The driver reports a time-out in place of a cancellation that the pool has asked for.</summary>
    public static bool IsCancelled(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } or NpgsqlException { InnerException: TimeoutException } or OperationCanceledException;

    /// <summary>The statement that the driver had prepared is gone or out of date at the server.</summary>
    public static bool IsOfPreparation(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.InvalidSqlStatementName } or PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: StalePlan };
}
