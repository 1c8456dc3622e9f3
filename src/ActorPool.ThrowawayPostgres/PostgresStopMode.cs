namespace ActorPool.ThrowawayPostgres;

/// <summary>How a server stops, by PostgreSQL's own names.</summary>
public enum PostgresStopMode
{
    /// <summary>Takes no new sessions and waits until the present ones have ended by themselves.</summary>
    Smart,

    /// <summary>Ends the sessions (SQLSTATE 57P01), rolls back their work, then stops. The default.</summary>
    Fast,

    /// <summary>Stops at once, as in a crash: the sessions break without an error from the server, and the next start recovers.</summary>
    Immediate,
}
