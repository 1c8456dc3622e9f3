namespace ActorPool.Tests.Telemetry;

/// <summary>The public numbers, as they are made of the core's.</summary>
public sealed class PoolStatisticsTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    [Fact]
    public void A_connection_that_runs_statements_is_in_use_and_open_is_the_sum_of_its_parts()
    {
        var counts = new PoolCounts { Max = 20, Idle = 1, InUse = 2, Working = 4, Resetting = 1, Validating = 3, Closing = 1 };

        var statistics = PoolStatistics.From("orders", counts, Now);

        Assert.Equal((6, 4, 12), (statistics.InUse, statistics.Working, statistics.Open));
        Assert.Equal(counts.Open, statistics.Open);
    }

    [Fact]
    public void Numbers_of_statements_are_those_of_the_core()
    {
        var counts = new PoolCounts
        {
            StatementsWaiting = 1, StatementsRunning = 2, StatementsRun = 3, Batches = 4, StatementsRunAgain = 5, StatementsUnknown = 6, Waiting = 7,
            LongestRunSince = Now - TimeSpan.FromSeconds(8),
        };

        var statistics = PoolStatistics.From("orders", counts, Now);

        Assert.Equal((1, 2, 7), (statistics.StatementsWaiting, statistics.StatementsRunning, statistics.Waiting));
        Assert.Equal((3L, 4L, 5L, 6L), (statistics.StatementsRun, statistics.Batches, statistics.StatementsRunAgain, statistics.StatementsUnknown));
        Assert.Equal(TimeSpan.FromSeconds(8), statistics.LongestRun);
    }

    [Fact]
    public void A_time_is_zero_when_there_is_nothing_to_measure()
    {
        var statistics = PoolStatistics.From("orders", default, Now);

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (statistics.LongestWait, statistics.LongestHold, statistics.LongestRun));
    }

    [Fact]
    public void Every_number_of_a_state_is_zero_when_only_the_counters_are_kept()
    {
        var counts = new PoolCounts { Working = 1, StatementsWaiting = 2, StatementsRunning = 3, LongestRunSince = TimeSpan.Zero, StatementsRun = 4 };

        var statistics = PoolStatistics.From("orders", counts.WithoutSizes(), Now);

        Assert.Equal((0, 0, 0, TimeSpan.Zero), (statistics.Open, statistics.StatementsWaiting, statistics.StatementsRunning, statistics.LongestRun));
        Assert.Equal(4, statistics.StatementsRun);
    }
}
