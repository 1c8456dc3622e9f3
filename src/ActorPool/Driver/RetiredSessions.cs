using Npgsql;

namespace ActorPool.Driver;

/// <summary>Which errors mean that their session can no longer be used (<c>retire-on</c>).</summary>
internal sealed class RetiredSessions
{
    private readonly SqlStates _states;

    public RetiredSessions(IReadOnlyList<string> states, SessionTarget? target)
    {
        // In a pool for reading, a statement that writes is a mistake in the program; the session is fine.
        var isForReading = target?.Wanted is "read-only" or "standby" or "prefer-standby";
        _states = SqlStates.Of(states.Where(state => !(isForReading && Counts(state))), nameof(PoolSettings.RetireOn));
    }

    /// <summary>What is inside an error of a pool, which a hook may have met, is about another connection.</summary>
    public bool Means(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is PoolException)
                return false;
        }

        return _states.Match(error);
    }

    private static bool Counts(string state) => PostgresErrorCodes.ReadOnlySqlTransaction.StartsWith(state, StringComparison.Ordinal);
}
