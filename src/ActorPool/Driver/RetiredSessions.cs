using Npgsql;

namespace ActorPool.Driver;

/// <summary>Which errors mean that their session is of no more use (<c>retire-on</c>).</summary>
internal sealed class RetiredSessions
{
    private readonly SqlStates _states;

    public RetiredSessions(IReadOnlyList<string> states, SessionTarget? target)
    {
        // Where reading is enough, a statement that writes is its author's mistake and no fault of the session.
        var isForReading = target?.Wanted is "read-only" or "standby" or "prefer-standby";
        _states = SqlStates.Of(states.Where(state => !(isForReading && Counts(state))), nameof(PoolSettings.RetireOn));
    }

    public bool Means(Exception error) => _states.Match(error);

    private static bool Counts(string state) => PostgresErrorCodes.ReadOnlySqlTransaction.StartsWith(state, StringComparison.Ordinal);
}
