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
            ["opening"] = state.Opening,
            ["resetting"] = state.Resetting,
            ["validating"] = state.Validating,
            ["closing"] = state.Closing,
            ["waiting"] = state.Waiting,
            ["longest_wait_seconds"] = state.LongestWait.TotalSeconds,
            ["longest_hold_seconds"] = state.LongestHold.TotalSeconds,
            ["min"] = state.Min,
            ["max"] = state.Max,
            ["paused"] = state.IsPaused,
            ["timed_out"] = state.TimedOut,
            ["connect_failures"] = state.ConnectFailures,
        };
        if (state.LastConnectError is { } error)
            data["last_connect_error"] = error;
        return data;
    }
}
