using Npgsql;

namespace ActorPool.Soak.Nonces;

/// <summary>What an error tells the caller, and whether this caller may get it at all.</summary>
internal static class NonceOutcome
{
    private const string Fatal = "FATAL";

    public static Told Of(Exception error) => error switch
    {
        OperationCanceledException or PoolException { Kind: PoolErrorKind.OutcomeUnknown } => Told.Unknown,
        _ => Told.NotDone,
    };

    /// <summary>Its name for the tally.</summary>
    /// <exception cref="SoakFailedException">The caller must not get this error: it is that of another caller, or of none.</exception>
    public static string NameOf(Exception error, NonceCall call) => error switch
    {
        OwnErrorException => "own error",
        OperationCanceledException when call.MayBeCancelled => "cancelled",
        PoolException { Kind: PoolErrorKind.Timeout } when call.IsHasty => "timed out, not sent",
        PoolException { Kind: PoolErrorKind.OutcomeUnknown, InnerException: TimeoutException } when call.IsHasty => "timed out, unknown",
        PoolException { Kind: PoolErrorKind.OutcomeUnknown, InnerException: not TimeoutException } => "lost, unknown",
        PostgresException { InvariantSeverity: Fatal } => "killed",
        LostLeaseException => "lost, not done",
        _ => throw new SoakFailedException($"the statement of nonce {call.Nonce} got an error that is not its own: {error}"),
    };
}
