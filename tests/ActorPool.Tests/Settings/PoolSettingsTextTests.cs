namespace ActorPool.Tests.Settings;

/// <summary>The settings in the log of the start: what differs from the defaults, as HOCON has it.</summary>
public sealed class PoolSettingsTextTests
{
    private static readonly PoolSettings Defaults = new("Host=db.example;Database=shop;Username=till;Password=hunter2;SSL Password=hunter3", 1, 10);

    [Fact]
    public void Defaults_are_not_told() =>
        Assert.Equal("db.example:5432/shop as till, 1 to 10 connections", PoolSettingsText.Changed(Defaults));

    [Fact]
    public void What_differs_is_told_as_in_HOCON()
    {
        var text = PoolSettingsText.Changed(Defaults with
        {
            Name = "reports",
            AcquireTimeout = TimeSpan.FromSeconds(90),
            MaxLifetime = Timeout.InfiniteTimeSpan,
            IdleTimeout = TimeSpan.Zero,
            ReconnectBackoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(2), 0.1),
            KeepMin = false,
            PrependReset = true,
            Reset = ResetMode.DiscardAll,
            MaxHoldTime = TimeSpan.FromHours(1),
            RetireOn = ["08", "57P01"],
            Check = (_, _) => Task.CompletedTask,
            MaxWaiting = 7,
        });

        Assert.StartsWith("db.example:5432/shop as till, 1 to 10 connections; changed from the defaults: ", text, StringComparison.Ordinal);
        foreach (var part in new[]
        {
            "acquire-timeout = 90s", "max-lifetime = infinite", "idle-timeout = 0s", "reconnect-backoff = { min = 50ms, max = 2m, jitter = 0.1 }", "keep-min = off",
            "prepend-reset = on", "reset = discard-all", "max-hold-time = 1h", "retire-on = [08, 57P01]", "check = given", "max-waiting = 7",
        })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(11, text.Split(" = ").Length - 1 - 3);
        Assert.DoesNotContain("hunter", text, StringComparison.Ordinal);
    }
}
