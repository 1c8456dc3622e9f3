using Akka.Actor;
using Npgsql;

namespace ActorPool.Tests.Settings;

/// <summary>The settings as text: all of them, and in the log of the start those that differ from the defaults. No text shows a password.</summary>
public sealed class PoolSettingsTextTests
{
    private const string Secret = "hunter2";
    private const string Text = "Host=db.example;Port=5433;Database=shop;Username=till;Password=" + Secret + ";SSL Password=" + Secret + "ssl";

    private static readonly PoolSettings Defaults = new(Text, 1, 10);

    [Fact]
    public void Settings_of_a_connection_string_show_the_server_and_no_password()
    {
        var text = Defaults.ToString();

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains("db.example:5433/shop as till", text, StringComparison.Ordinal);
        Assert.Contains("MaxConnections = 10", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_a_data_source_show_the_server_and_no_password()
    {
        await using var source = new NpgsqlDataSourceBuilder(Text.Replace("Password=hunter2ssl", "Password=x", StringComparison.Ordinal) + ";Pooling=false;Persist Security Info=true").Build();

        var text = (new PoolSettings("", 1, 2) with { DataSource = source }).ToString();

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains("db.example:5433/shop as till", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_given_in_code_is_not_in_the_configuration_of_the_system()
    {
        using var system = ActorSystem.Create("secrets", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        await using var pool = await ConnectionPool.StartAsync(system, new PoolSettings($"Host=127.0.0.1;Port=1;Password={Secret}", 0, 1));

        Assert.DoesNotContain(Secret, system.Settings.Config.ToString(true), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, system.Settings.ToString(), StringComparison.Ordinal);
        Assert.Contains("actor-pool", system.Settings.Config.ToString(true), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_show_every_property()
    {
        var text = Defaults.ToString();

        Assert.All(
            typeof(PoolSettings).GetProperties().Select(property => property.Name).Except([nameof(PoolSettings.ConnectionString), nameof(PoolSettings.DataSource), nameof(PoolSettings.ConfigureDataSource)]),
            name => Assert.Contains(name + " = ", text, StringComparison.Ordinal));
        Assert.Contains("MaxHoldTime = off", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_of_the_start_leaves_out_defaults() =>
        Assert.Equal("db.example:5433/shop as till, 1 to 10 connections", PoolSettingsText.Changed(Defaults));

    [Fact]
    public void The_log_of_the_start_writes_changes_as_in_HOCON()
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

        Assert.StartsWith("db.example:5433/shop as till, 1 to 10 connections; changed from the defaults: ", text, StringComparison.Ordinal);
        foreach (var part in new[]
        {
            "acquire-timeout = 90s", "max-lifetime = infinite", "idle-timeout = 0s", "reconnect-backoff = { min = 50ms, max = 2m, jitter = 0.1 }", "keep-min = off",
            "prepend-reset = on", "reset = discard-all", "max-hold-time = 1h", "retire-on = [08, 57P01]", "check = given", "max-waiting = 7",
        })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(11, text.Split(" = ").Length - 1 - 3);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }
}
