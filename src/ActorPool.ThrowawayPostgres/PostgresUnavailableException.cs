namespace ActorPool.ThrowawayPostgres;

/// <summary>
/// There is no PostgreSQL server to use. The message is for the user: what was tried, why it failed, and what to install
/// or to set.
/// </summary>
public sealed class PostgresUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was tried and what to do.</param>
    /// <param name="innerException">The error that ended the attempt, if there was one.</param>
    public PostgresUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
