using Akka.Configuration;
using Npgsql;

namespace ActorPool.Tests.Settings;

/// <summary>No password in a text that may be logged.</summary>
public sealed class SecretTests
{
    private const string Secret = "hunter2";
    private const string Text = "Host=db.example;Port=5433;Database=shop;Username=till;Password=" + Secret + ";SSL Password=" + Secret + "ssl";

    [Fact]
    public void Settings_of_a_connection_string_show_the_server_and_no_password()
    {
        var text = new PoolSettings(Text, 1, 2).ToString();

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Contains("db.example:5433/shop as till", text, StringComparison.Ordinal);
        Assert.Contains("MaxConnections = 2", text, StringComparison.Ordinal);
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
    public void Every_setting_is_shown()
    {
        var text = new PoolSettings(Text, 1, 2).ToString();

        Assert.All(
            typeof(PoolSettings).GetProperties().Select(property => property.Name).Except([nameof(PoolSettings.ConnectionString), nameof(PoolSettings.DataSource), nameof(PoolSettings.ConfigureDataSource)]),
            name => Assert.Contains(name + " = ", text, StringComparison.Ordinal));
        Assert.Contains("MaxHoldTime = off", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=h;Password=hunter2;Port=many")]
    [InlineData("Host=h;Password=hunter2;Pasword=hunter2")]
    [InlineData("Host=h;Password='hunter2")]
    [InlineData("hunter2")]
    [InlineData("Host=h;Port=hunter2")]
    [InlineData("postgres://till:hunter2@h/shop")]
    public void An_error_about_the_string_never_quotes_it(string text)
    {
        var inCode = Assert.ThrowsAny<ArgumentException>(() => new PoolSettings(text, 1, 2));
        Assert.DoesNotContain(Secret, inCode.ToString(), StringComparison.Ordinal);

        var inHocon = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString($"connection-string = \"{text}\"")));
        Assert.DoesNotContain(Secret, inHocon.ToString(), StringComparison.Ordinal);
        Assert.Contains("akka.actor-pool.connection-string", inHocon.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_about_the_shape_of_the_setting_does_not_quote_it_either()
    {
        foreach (var value in new[] { "[hunter2]", "{ a = hunter2 }", "[\"Host=h;Password=hunter2\"]" })
        {
            var error = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString($"connection-string = {value}")));
            Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        }
    }
}
