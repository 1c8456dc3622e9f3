using ActorPool.Telemetry;

namespace ActorPool.Tests.Telemetry;

/// <summary>The database in the attributes of measurements.</summary>
public sealed class DatabaseTagsTests
{
    [Theory]
    [InlineData("Host=db.example;Username=me;Database=shop", "shop", "db.example", null)]
    [InlineData("Host=db.example;Port=5432;Username=me;Database=shop", "shop", "db.example", null)]
    [InlineData("Host=db.example;Port=6000;Username=me", "me", "db.example", 6000)]
    [InlineData("Host=/run/postgresql;Username=me;Database=shop", "shop", "/run/postgresql", null)]
    [InlineData("Host=one,two;Username=me;Database=shop", "shop", "one,two", null)]
    [InlineData("", null, null, null)]
    [InlineData("no connection string", null, null, null)]
    public void The_database_and_the_server_are_those_of_the_connection_string(string text, string? database, string? host, int? port)
    {
        var tags = Of(text);

        Assert.Equal("orders", tags["db.client.connection.pool.name"]);
        Assert.Equal("postgresql", tags["db.system.name"]);
        Assert.Equal(database, tags.GetValueOrDefault("db.namespace"));
        Assert.Equal(host, tags.GetValueOrDefault("server.address"));
        Assert.Equal(port, tags.GetValueOrDefault("server.port"));
    }

    [Fact]
    public void An_attribute_that_is_not_known_is_left_out()
    {
        Assert.Equal(2, Of("").Count);
    }

    private static Dictionary<string, object?> Of(string text) => new(new DatabaseTags(new("db.client.connection.pool.name", "orders"), text).All.ToArray());
}
