using Akka.Configuration;

namespace ActorPool.Tests.Settings;

/// <summary>The preset in code, the file in the repository and the contract's list are the same.</summary>
public sealed class Psycopg2PresetTests
{
    private static readonly PoolSettings Preset = PoolSettings.Psycopg2("Host=h", 2, 5);

    [Fact]
    public void The_preset_in_code_is_the_list_of_the_contract()
    {
        var listed = new PoolSettings("Host=h", 2, 5) with
        {
            AcquireTimeout = TimeSpan.Zero,
            IdleTimeout = TimeSpan.Zero,
            KeepMin = false,
            KeyAffinity = KeyAffinity.WhileHeld,
            IdleOrder = IdleOrder.Lifo,
            Reset = ResetMode.Rollback,
            DiscardOnKeyChange = false,
            RetireOn = [],
            SharedKeyWarning = false,
            ValidateAfterIdle = Timeout.InfiniteTimeSpan,
            MaxLifetime = Timeout.InfiniteTimeSpan,
            ValidateIdleEvery = null,
            CollectWhenStarved = false,
        };

        Assert.Equal(listed, Preset);
        Assert.Equal(KeySharing.Shared, Preset.KeySharing);
    }

    [Fact]
    public void The_file_psycopg2_conf_is_the_preset_in_code()
    {
        using var stream = typeof(PoolSettings).Assembly.GetManifestResourceStream("ActorPool.psycopg2.conf")!;
        var file = ConfigurationFactory.ParseString(new StreamReader(stream).ReadToEnd());

        var settings = PoolSettings.Create(file.GetConfig("akka.actor-pool")) with { ConnectionString = "Host=h", MinConnections = 2, MaxConnections = 5 };

        Assert.Equal(Preset, settings);
    }
}
