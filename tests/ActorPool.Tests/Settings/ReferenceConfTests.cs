using System.Text.RegularExpressions;
using Akka.Configuration;

namespace ActorPool.Tests.Settings;

/// <summary><c>hocon/reference.conf</c> is the only home of defaults, and has a key for each property.</summary>
public sealed partial class ReferenceConfTests
{
    private static readonly string[] InCodeOnly = [nameof(PoolSettings.Name), nameof(PoolSettings.DataSource), nameof(PoolSettings.ConfigureDataSource), .. Hooks];

    private static string[] Hooks => [nameof(PoolSettings.Configure), nameof(PoolSettings.InitializeSession), nameof(PoolSettings.OnReturn), nameof(PoolSettings.Check)];

    [Fact]
    public void Every_key_has_a_property_and_every_property_a_key()
    {
        var keys = Section().AsEnumerable().Select(pair => pair.Key).Where(key => key != "pools").Select(Pascal);
        var properties = typeof(PoolSettings).GetProperties().Select(property => property.Name).Except(InCodeOnly);

        Assert.Equal(properties.Order(), keys.Order());
    }

    [Fact]
    public void Every_key_of_the_backoff_has_a_property_and_every_property_a_key()
    {
        var keys = Section().GetConfig("reconnect-backoff").AsEnumerable().Select(pair => Pascal(pair.Key));

        Assert.Equal(typeof(ReconnectBackoff).GetProperties().Select(property => property.Name).Order(), keys.Order());
    }

    [Fact]
    public void Every_property_can_be_set_in_code_alone()
    {
        Assert.All(typeof(PoolSettings).GetProperties(), property => Assert.NotNull(property.SetMethod));
    }

    [Fact]
    public void Every_key_has_its_own_comment()
    {
        var lines = Text().Split('\n').Select(line => line.Trim()).ToList();
        foreach (var (key, _) in Section().AsEnumerable())
        {
            var at = lines.FindIndex(line => Regex.IsMatch(line, $"^{key}\\b"));
            Assert.True(at > 0, $"{key} was not found.");
            Assert.True(lines[at - 1].StartsWith('#'), $"{key} has no comment.");
        }
    }

    [Fact]
    public void The_defaults_are_those_of_the_contract()
    {
        var settings = PoolSettings.Create(Config.Empty);

        Assert.Equal("default", settings.Name);
        Assert.Equal("", settings.ConnectionString);
        Assert.Equal((1, 10), (settings.MinConnections, settings.MaxConnections));
        Assert.Equal(TimeSpan.FromSeconds(15), settings.AcquireTimeout);
        Assert.Equal(10000, settings.MaxWaiting);
        Assert.Equal(TimeSpan.FromSeconds(15), settings.ConnectTimeout);
        Assert.Equal(2, settings.MaxConcurrentOpens);
        Assert.Equal(new ReconnectBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 0.2), settings.ReconnectBackoff);
        Assert.True(settings.KeepMin);
        Assert.Equal(IdleOrder.Lifo, settings.IdleOrder);
        Assert.Equal(TimeSpan.FromMinutes(10), settings.IdleTimeout);
        Assert.Equal(TimeSpan.FromMinutes(30), settings.MaxLifetime);
        Assert.Equal(0.05, settings.LifetimeJitter);
        Assert.Equal(KeyAffinity.Sticky, settings.KeyAffinity);
        Assert.Equal(KeySharing.Shared, settings.KeySharing);
        Assert.True(settings.SharedKeyWarning);
        Assert.Equal(AmbientTransactions.Refuse, settings.AmbientTransactions);
        Assert.Equal(10000, settings.KeyMemory);
        Assert.Equal(ResetMode.Rollback, settings.Reset);
        Assert.True(settings.DiscardOnKeyChange);
        Assert.False(settings.PrependReset);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.ValidateAfterIdle);
        Assert.Equal(["25006", "57P01", "57P02", "57P03", "57P04", "57P05"], settings.RetireOn);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.ValidateIdleEvery);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), settings.ValidateTimeout);
        Assert.True(settings.CollectWhenStarved);
        Assert.Null(settings.LeakWarningAfter);
        Assert.Null(settings.MaxHoldTime);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.CloseTimeout);
        Assert.Null(settings.DataSource);
        Assert.Null(settings.ConfigureDataSource);
    }

    [Fact]
    public void Settings_made_in_code_have_the_same_defaults()
    {
        var inCode = new PoolSettings("Host=h", 2, 5);
        var inHocon = PoolSettings.Create(ConfigurationFactory.ParseString("connection-string = \"Host=h\", min-connections = 2, max-connections = 5"));

        Assert.Equal(inHocon, inCode);
    }

    [Fact]
    public void Defaults_come_from_nowhere_else()
    {
        // Reading the file's own section, as a user who copied it whole would, changes nothing.
        Assert.Equal(PoolSettings.Create(Config.Empty), PoolSettings.Create(Section()));
    }

    [Fact]
    public void The_embedded_file_is_the_one_of_the_repository()
    {
        Assert.Equal(File.ReadAllText(RepositoryFile("reference.conf")), Text());
    }

    [GeneratedRegex("(^|-)([a-z])")]
    private static partial Regex WordStart();

    private static string Pascal(string key) => WordStart().Replace(key, match => match.Groups[2].Value.ToUpperInvariant());

    private static Config Section() => ConfigurationFactory.ParseString(Text()).GetConfig("akka.actor-pool");

    private static string Text()
    {
        using var stream = typeof(PoolSettings).Assembly.GetManifestResourceStream("ActorPool.reference.conf")!;
        return new StreamReader(stream).ReadToEnd();
    }

    private static string RepositoryFile(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "hocon")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "hocon", name);
    }
}
