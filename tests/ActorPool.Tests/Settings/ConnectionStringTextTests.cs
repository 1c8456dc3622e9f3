using Akka.Configuration;
using Npgsql;

namespace ActorPool.Tests.Settings;

/// <summary>A connection string that is wrong is refused at once, with the keyword and the form that is right, and no value of it.</summary>
public sealed class ConnectionStringTextTests
{
    [Theory]
    [InlineData("Hst=h;Database=shop", "'Hst'", "Write Host.")]
    [InlineData("Host=h;Databse=shop", "'Databse'", "Write Database.")]
    [InlineData("Host=h;Usename=till", "'Usename'", "Write Username.")]
    [InlineData("Host=h;Password=hunter2;Pasword=hunter2", "'Pasword'", "Write Password.")]
    [InlineData("Host=h;Max Pool Size=9", "'Max Pool Size'", "the pool's max-connections")]
    [InlineData("Host=h;Nonsense=1", "'Nonsense'", "does not know")]
    [InlineData("Host=h;Password=hunter2;Port=many", "'Port'", "a whole number")]
    [InlineData("Host=h;Port=hunter2", "'Port'", "does not accept")]
    [InlineData("Host=h;SSL Mode=sometimes", "'SSL Mode'", "VerifyFull")]
    [InlineData("Host=h;Pooling=perhaps", "'Pooling'", "true or false")]
    [InlineData("hunter2", "from character", "into quotes")]
    [InlineData("Host=h;Password='hunter2", "from character 7 on", "into quotes")]
    [InlineData("Host=h;Password=one;hunter2=two", "after the password", "into quotes")]
    [InlineData("Host=h;Password=one;hunter2", "from character", "into quotes")]
    [InlineData("postgres://till:hunter2@h/shop", "is a URL", "'Host=...;Port=5432;Username=...;Password=...;Database=...'")]
    [InlineData("postgresql://till:hunter2@h/shop?sslmode=require", "is a URL", "'Host=...;Port=5432;")]
    [InlineData("jdbc:postgresql://h/shop", "is a URL", "'Host=...;Port=5432;")]
    [InlineData("Host=postgres://till:hunter2@h/shop", "The Host is a URL", "'Host=...;Port=5432;")]
    [InlineData("host=h port=5432 user=till password=hunter2 dbname=shop", "blanks between its keywords", "Database for dbname")]
    [InlineData("host=h;port=5432;user=till;password=hunter2;dbname=shop", "'user'", "Write Username.")]
    [InlineData("host=h;port=5432;dbname=shop", "'dbname'", "Write Database.")]
    [InlineData("Server=h;Initial Catalog=shop;User Id=till", "'Initial Catalog'", "Write Database.")]
    public void A_wrong_string_is_refused_with_its_keyword_and_without_its_values(string text, string what, string remedy)
    {
        var inCode = Assert.ThrowsAny<ArgumentException>(() => new PoolSettings(text, 1, 2)).ToString();
        var inHocon = Assert.Throws<ConfigurationException>(() => PoolSettings.Create(ConfigurationFactory.ParseString($"connection-string = \"{text}\""))).ToString();

        Assert.All((string[])[inCode, inHocon], message =>
        {
            Assert.Contains(what, message, StringComparison.Ordinal);
            Assert.Contains(remedy, message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
        });
        Assert.Contains("akka.actor-pool.connection-string", inHocon, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Host=h")]
    [InlineData("Server=h;DB=shop;UID=till;PWD=a b=c")]
    [InlineData("Host=h;Password='a;b=\"c';Username=\"x y\";")]
    [InlineData("Host=one,two:5433;Target Session Attributes=primary")]
    [InlineData("Host=/var/run/postgresql;Options=-c geqo=off")]
    [InlineData("Host=h;Password=host=h port=1")]
    public void A_right_string_is_taken_as_it_is(string text) => Assert.Equal(text, new PoolSettings(text, 1, 2).ConnectionString);

    [Theory]
    [InlineData("Hst=h", "'hst'", "Write Host.")]
    [InlineData("Host=h;Port=hunter2", "'port'", "a whole number")]
    [InlineData("Host=h;Password=one;hunter2=two", "a keyword", "'Host=...;")]
    [InlineData("postgres://till:hunter2@h/shop", "reads no URL", "'Host=...;")]
    [InlineData("Host=postgres://till:hunter2@h/shop", "The Host is a URL", "'Host=...;")]
    [InlineData("host=h port=5432 dbname=shop", "separate them with ';'", "'Host=...;")]
    public async Task A_wrong_string_in_ConfigureDataSource_is_refused_in_the_same_way(string text, string what, string remedy)
    {
        var settings = new PoolSettings("", 0, 1) { ConfigureDataSource = builder => builder.ConnectionStringBuilder.ConnectionString = text };

        var error = (await Assert.ThrowsAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(settings))).ToString();

        Assert.Contains("ConfigureDataSource", error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
        Assert.Contains(remedy, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_host_of_a_given_data_source_is_refused_in_the_same_way()
    {
        await using var source = new NpgsqlDataSourceBuilder("Host=host=h port=1;Pooling=false").Build();

        var error = await Assert.ThrowsAsync<ArgumentException>(() => SimpleConnectionPool.StartAsync(new PoolSettings("", 0, 1) { DataSource = source }));

        Assert.Contains("DataSource", error.Message, StringComparison.Ordinal);
        Assert.Contains("put ';' between them", error.Message, StringComparison.Ordinal);
    }
}
