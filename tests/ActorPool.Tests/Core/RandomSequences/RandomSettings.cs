using ActorPool.Tests.Core.Support;
using Npgsql;
using static System.Threading.Timeout;

namespace ActorPool.Tests.Core.RandomSequences;

/// <summary>Settings from dice. Zero is the plainest choice of each, so that a shrunk failure names only what it needs.</summary>
internal static class RandomSettings
{
    public const int Dice = 31;

    public static PoolSettings From(int[] dice)
    {
        var next = 0;
        var max = 1 + Roll(4);
        var min = Roll(max + 1);
        return TestSettings.Of(min, max) with
        {
            AcquireTimeout = Pick(InfiniteTimeSpan, TimeSpan.Zero, Ms(50), Ms(700)),
            MaxWaiting = Pick(100, 1, 2, 5),
            ConnectTimeout = Pick(Ms(300), Ms(20)),
            MaxConcurrentOpens = 1 + Roll(3),
            ReconnectBackoff = Pick(new ReconnectBackoff(Ms(10), Ms(40), 0), new ReconnectBackoff(Ms(100), Ms(5000), 0)),
            KeepMin = Pick(true, false),
            IdleOrder = Pick(IdleOrder.Lifo, IdleOrder.Fifo),
            IdleTimeout = Pick(InfiniteTimeSpan, TimeSpan.Zero, Ms(100), Ms(900)),
            MaxLifetime = Pick(InfiniteTimeSpan, InfiniteTimeSpan, Ms(400)),
            LifetimeJitter = Pick(0, 0.5),
            KeyAffinity = Pick(KeyAffinity.Sticky, KeyAffinity.WhileHeld),
            KeySharing = Pick(KeySharing.Shared, KeySharing.Exclusive),
            KeyMemory = Pick(100, 0, 1, 2),
            Reset = Pick(ResetMode.Rollback, ResetMode.Rollback, ResetMode.DiscardAll),
            DiscardOnKeyChange = Pick(false, true),
            ValidateAfterIdle = Pick(InfiniteTimeSpan, TimeSpan.Zero, Ms(60)),
            LeakWarningAfter = Pick<TimeSpan?>(null, null, Ms(80)),
            MaxHoldTime = Pick<TimeSpan?>(null, null, Ms(150)),
            InitializeSession = Pick<Func<NpgsqlConnection, object, CancellationToken, Task>?>(null, null, (_, _, _) => Task.CompletedTask),
            Check = Pick<Func<NpgsqlConnection, CancellationToken, Task>?>(null, null, null, (_, _) => Task.CompletedTask),
            OnReturn = Pick<Func<NpgsqlConnection, CancellationToken, Task>?>(null, null, null, (_, _) => Task.CompletedTask),
            PrependReset = Pick(false, true),
            ValidateIdleEvery = Pick<TimeSpan?>(null, null, Ms(80), Ms(700)),
            ValidateTimeout = Pick(Ms(2000), Ms(40), Ms(300)),
            CollectWhenStarved = Pick(false, true),
            Pipeline = new PipelineSettings
            {
                Connections = Pick<int?>(null, 1, 2, 3),
                MaxBatch = Pick(64, 1, 2, 3),
                SlowAfter = Ms(10),
                Timeout = Pick(InfiniteTimeSpan, Ms(50), Ms(700), Ms(3000)),
            },
        };

        T Pick<T>(params ReadOnlySpan<T> choices) => choices[Roll(choices.Length)];

        int Roll(int sides) => dice[next++] % sides;
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
