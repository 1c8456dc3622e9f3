using Akka.Actor;
using Akka.Configuration;

namespace ActorPool.Tests.Settings;

/// <summary>Configuration files with more wrong in them than one value.</summary>
public sealed class HoconTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("connectionstring = \"Host=h;Password=hunter2\"", "connectionstring")]
    [InlineData("connection-string { host = h, password = hunter2 }", "connection-string")]
    [InlineData("connection-string += \"Host=h;Password=hunter2\"", "connection-string")]
    [InlineData("password = hunter2", "password")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;Port=65536000000\"", "connection-string")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;SSL Mode=Sometimes\"", "connection-string")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;Timeout=-1\"", "connection-string")]
    public void A_secret_at_the_wrong_place_is_not_quoted(string text, string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString(text)));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-connections")]
    [InlineData("acquire-timeout")]
    [InlineData("lifetime-jitter")]
    [InlineData("keep-min")]
    [InlineData("idle-order")]
    public void A_huge_value_is_refused_in_few_words(string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString($"{key} = {new string('9', 100_000)}x")));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.ToString().Length, 0, 5000);
    }

    [Fact]
    public void A_thousand_unknown_keys_are_one_error()
    {
        var text = string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"key-{i} = {i}"));

        Assert.Contains("akka.actor-pool.key-", Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString(text))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-connections")]
    [InlineData("connection-string")]
    [InlineData("reconnect-backoff")]
    [InlineData("reconnect-backoff.min")]
    public void A_variable_in_the_form_that_Akka_cannot_read_is_refused_by_key(string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString($"{key} = ${{?ACTORPOOL_NO_SUCH_VARIABLE}}")));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_configuration_in_place_of_the_section_is_refused()
    {
        var error = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString("akka.actor-pool.max-connections = 3")));

        Assert.Contains("akka.actor-pool.akka", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_given_in_code_is_not_in_the_systems_configuration()
    {
        using var system = ActorSystem.Create("secrets", "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        await using var pool = await ConnectionPool.StartAsync(system, new PoolSettings($"Host=127.0.0.1;Port=1;Password={Secret}", 0, 1));

        Assert.DoesNotContain(Secret, system.Settings.Config.ToString(true), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, system.Settings.ToString(), StringComparison.Ordinal);
        Assert.Contains("actor-pool", system.Settings.Config.ToString(true), StringComparison.Ordinal);
    }
}
