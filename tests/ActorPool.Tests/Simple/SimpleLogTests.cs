using ActorPool.Tests.Actors.Support;
using ActorPool.Tests.Core.Support;
using Microsoft.Extensions.Logging;

namespace ActorPool.Tests.Simple;

/// <summary>A <see cref="SimpleConnectionPool"/> with a logger logs what the actor pool logs.</summary>
public sealed class SimpleLogTests : ILogger
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _warnings = [];
    private Exception? _failure;
    private Action? _called;

    [Fact]
    public async Task A_lease_held_for_long_is_reported_once_by_the_next_call()
    {
        await using var pool = await StartAsync(settings => settings with { LeakWarningAfter = TimeSpan.FromMinutes(1) });
        await using var lease = await pool.GetConnAsync("a");
        _clock.Now += TimeSpan.FromSeconds(61);

        Assert.Same(lease, await pool.GetConnAsync("a"));
        Assert.Same(lease, await pool.GetConnAsync("a"));

        Assert.Contains($"held for 61 s without a return. Borrowed by {File()}", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leak_warning_without_a_logger_is_refused_with_the_remedy()
    {
        var settings = TestSettings.Of(0, 1) with { LeakWarningAfter = TimeSpan.FromMinutes(1) };

        var error = await Assert.ThrowsAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(settings));

        Assert.Contains("Start it with a logger, or set LeakWarningAfter to null", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_held_beyond_max_hold_time_is_ended_and_reported()
    {
        await using var pool = await StartAsync(settings => settings with { MaxHoldTime = TimeSpan.FromMinutes(1) });
        var lease = await pool.GetConnAsync();
        _clock.Now += TimeSpan.FromSeconds(61);

        await (await pool.GetConnAsync()).DisposeAsync();

        Assert.True(lease.IsOver);
        Assert.Contains("it was held for longer than max-hold-time; its connection is discarded", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logger_that_throws_costs_its_line_alone()
    {
        _failure = new InvalidOperationException("disk full");
        var source = new ScriptedSource { IsInstant = true };
        await using var pool = await StartAsync(source: source);
        var lease = await pool.GetConnAsync();
        source.All[0].Condition = ReturnCondition.ClosedWhileLent;

        await lease.DisposeAsync();

        Assert.Equal((0, 1), (pool.Statistics.InUse, pool.Statistics.ClosedWhileLent));
        await (await pool.GetConnAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_logger_that_calls_the_pool_gets_each_line_once()
    {
        await using var pool = await StartAsync(settings => settings with { LeakWarningAfter = TimeSpan.FromMinutes(1) });
        await using var lease = await pool.GetConnAsync("a");
        _clock.Now += TimeSpan.FromSeconds(61);
        _called = () => Assert.Equal(1, pool.Statistics.InUse);

        await pool.GetConnAsync("a");

        Assert.Single(_warnings);
    }

    [Fact]
    public async Task A_connection_closed_while_lent_is_counted_and_reported()
    {
        var source = new ScriptedSource { IsInstant = true };
        await using var pool = await StartAsync(source: source);
        var lease = await pool.GetConnAsync();
        source.All[0].Condition = ReturnCondition.ClosedWhileLent;
        await lease.DisposeAsync();

        Assert.Equal(1, pool.Statistics.ClosedWhileLent);
        Assert.Contains("closed while lent", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forgotten_lease_keeps_its_connection_while_its_reader_makes_progress()
    {
        var source = new ScriptedSource { IsInstant = true };
        await using var pool = await StartAsync(source: source);
        var forgotten = await Forget(pool);
        source.All[0].IsBusy = true;
        await Collect(forgotten);

        for (var second = 0; second < 10; second++)
        {
            source.All[0].Progress++;
            _clock.Now += TimeSpan.FromSeconds(1);
            Assert.Equal(1, pool.Statistics.InUse);
        }

        source.All[0].IsBusy = false;
        Assert.Equal((0, 1L), (pool.Statistics.InUse, pool.Statistics.Reclaimed));
        Assert.Contains("borrowed and not returned", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Warning)
            _warnings.Add(formatter(state, exception));
        _called?.Invoke();
        if (_failure is not null)
            throw _failure;
    }

    private static async Task<WeakReference> Forget(SimpleConnectionPool pool)
    {
        var forgotten = new WeakReference(await pool.GetConnAsync());
        // The stack of the borrow, which still refers to the lease, ends here.
        await Task.Yield();
        return forgotten;
    }

    private static async Task Collect(WeakReference forgotten)
    {
        // A stack that has not ended may keep the lease for a moment.
        for (var i = 0; i < 1000 && forgotten.IsAlive; i++)
        {
            await Task.Yield();
            GC.Collect();
        }

        Assert.False(forgotten.IsAlive);
        GC.WaitForPendingFinalizers();
    }

    private static string File([System.Runtime.CompilerServices.CallerFilePath] string file = "") => file;

    private Task<SimpleConnectionPool> StartAsync(Func<PoolSettings, PoolSettings>? change = null, ScriptedSource? source = null) =>
        SimpleConnectionPool.StartAsync(
            (change ?? (settings => settings))(TestSettings.Of(0, 2)), source ?? new ScriptedSource { IsInstant = true }, this, _clock, CancellationToken.None);

    private sealed class ManualClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
