using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.Support;

/// <summary>Settings with nothing going on by itself: what a test is about it sets with <c>with</c>.</summary>
internal static class TestSettings
{
    private static readonly ReconnectBackoff NoJitter = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 0);

    public static PoolSettings Of(int min, int max) => new("Host=nowhere", min, max)
    {
        IdleTimeout = InfiniteTimeSpan,
        MaxLifetime = InfiniteTimeSpan,
        ValidateAfterIdle = InfiniteTimeSpan,
        ValidateIdleEvery = null,
        CollectWhenStarved = false,
        DiscardOnKeyChange = false,
        ReconnectBackoff = NoJitter,
    };

    public static PoolSettings Psycopg2(int min, int max) => PoolSettings.Psycopg2("Host=nowhere", min, max) with { ReconnectBackoff = NoJitter };
}
