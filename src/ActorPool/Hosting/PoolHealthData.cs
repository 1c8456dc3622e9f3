namespace ActorPool.Hosting;

/// <summary>The numbers of a pool as the data of a health check.</summary>
internal static class PoolHealthData
{
    public static IReadOnlyDictionary<string, object> Of(PoolStatistics state)
    {
        var data = new Dictionary<string, object>
        {
            ["pool"] = state.Name,
            ["open"] = state.Open,
            ["idle"] = state.Idle,
            ["in_use"] = state.InUse,
            ["working"] = state.Working,
            ["opening"] = state.Opening,
            ["resetting"] = state.Resetting,
            ["validating"] = state.Validating,
            ["closing"] = state.Closing,
            ["waiting"] = state.Waiting,
            ["statements_waiting"] = state.StatementsWaiting,
            ["statements_running"] = state.StatementsRunning,
            ["longest_wait_seconds"] = state.LongestWait.TotalSeconds,
            ["longest_hold_seconds"] = state.LongestHold.TotalSeconds,
            ["longest_run_seconds"] = state.LongestRun.TotalSeconds,
            ["min"] = state.Min,
            ["max"] = state.Max,
            ["paused"] = state.IsPaused,
            ["timed_out"] = state.TimedOut,
            ["statements_unknown"] = state.StatementsUnknown,
            ["connect_failures"] = state.ConnectFailures,
        };
        if (state.LastConnectError is { } error)
            data["last_connect_error"] = error;
        return data;
    }
}
