using Akka.Configuration;

namespace ActorPool.Tests.Settings;

/// <summary>A section that cannot be used is refused when it is read, with the name of the key and without a secret.</summary>
public sealed class MalformedSectionTests
{
    private const string Secret = "hunter2";

    private static readonly string[] Whole = ["min-connections", "max-connections", "max-waiting", "max-concurrent-opens", "key-memory", "pipeline.connections", "pipeline.max-batch"];
    private static readonly string[] Durations =
    [
        "acquire-timeout", "connect-timeout", "idle-timeout", "max-lifetime", "validate-after-idle", "validate-idle-every", "validate-timeout", "leak-warning-after", "max-hold-time", "close-timeout",
        "reconnect-backoff.min", "reconnect-backoff.max", "pipeline.slow-after", "pipeline.timeout",
    ];

    private static readonly string[] Ratios = ["lifetime-jitter", "reconnect-backoff.jitter"];
    private static readonly string[] Switches = ["keep-min", "discard-on-key-change", "prepend-reset", "shared-key-warning", "collect-when-starved", "pipeline.accept-remote"];
    private static readonly string[] Choices = ["idle-order", "key-affinity", "key-sharing", "reset", "ambient-transactions"];

    public static TheoryData<string, string> Wrong()
    {
        var data = new TheoryData<string, string>();
        foreach (var (key, value) in WrongValues())
            data.Add(key, value);
        return data;
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_names_its_key(string key, string value)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read($"{key} = {value}"));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_has_wrong_values()
    {
        var tried = Wrong().Select(row => ((string)row[0]).Split('.')[0]).Distinct().Append("pools");
        var known = PoolConfig.Reference.GetConfig(PoolConfig.Path).AsEnumerable().Select(pair => pair.Key);

        Assert.Equal(known.Order(), tried.Order());
    }

    [Fact]
    public void A_backoff_whose_least_pause_is_above_its_longest_names_the_section()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("reconnect-backoff { min = 20s, max = 10s }"));

        Assert.Contains("akka.actor-pool.reconnect-backoff", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-conections = 3", "max-conections")]
    [InlineData("MaxConnections = 3", "MaxConnections")]
    [InlineData("max-connections.value = 3", "max-connections")]
    [InlineData("reconnect-backoff.maximum = 3s", "reconnect-backoff.maximum")]
    [InlineData("reconnect-backoff { max = 3s, steps { a = 1 } }", "reconnect-backoff.steps")]
    [InlineData("name = reports", "name")]
    [InlineData("pool { a { } }", "pool")]
    [InlineData("\"\" = 1", "")]
    [InlineData("akka.actor-pool.max-connections = 3", "akka")]
    public void An_unknown_key_is_refused_by_name(string text, string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(text));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pools.reports.max-conections = 3", "max-conections")]
    [InlineData("pools.reports.reconnect-backoff.maximum = 3s", "reconnect-backoff.maximum")]
    [InlineData("pools.reports.max-connections = many", "max-connections")]
    [InlineData("pools.reports = 5", "pools")]
    [InlineData("pools = 5", "pools")]
    public void The_section_of_a_named_pool_is_read_as_strictly(string text, string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => PoolConfig.ForPool(ConfigurationFactory.ParseString($"akka.actor-pool {{ {text} }}"), "reports"));

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connectionstring = \"Host=h;Password=hunter2\"", "connectionstring")]
    [InlineData("connection-string { host = h, password = hunter2 }", "connection-string")]
    [InlineData("connection-string += \"Host=h;Password=hunter2\"", "connection-string")]
    [InlineData("connection-string = [hunter2]", "connection-string")]
    [InlineData("connection-string = [\"Host=h;Password=hunter2\"]", "connection-string")]
    [InlineData("password = hunter2", "password")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;Port=65536000000\"", "connection-string")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;SSL Mode=Sometimes\"", "connection-string")]
    [InlineData("connection-string = \"Host=h;Password=hunter2;Timeout=-1\"", "connection-string")]
    public void A_secret_at_the_wrong_place_is_not_quoted(string text, string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(text));

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
        var error = Assert.Throws<ConfigurationException>(() => Read($"{key} = {new string('9', 100_000)}x"));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.ToString().Length, 0, 5000);
    }

    [Fact]
    public void A_thousand_unknown_keys_are_one_error()
    {
        var text = string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"key-{i} = {i}"));

        Assert.Contains("akka.actor-pool.key-", Assert.Throws<ConfigurationException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-connections")]
    [InlineData("connection-string")]
    [InlineData("reconnect-backoff")]
    [InlineData("reconnect-backoff.min")]
    public void A_variable_in_the_form_that_Akka_cannot_read_is_refused_by_key(string key)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read($"{key} = ${{?ACTORPOOL_NO_SUCH_VARIABLE}}"));

        Assert.Contains($"akka.actor-pool.{key}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_where_the_whole_section_belongs_is_refused()
    {
        Assert.Throws<ConfigurationException>(() => PoolConfig.ForPool(ConfigurationFactory.ParseString("akka.actor-pool = 5"), "default"));
    }

    [Fact]
    public void A_section_that_is_null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => PoolSettings.Create(null!));
    }

    private static IEnumerable<(string Key, string Value)> WrongValues() =>
        Each(Whole, "-1", "many", "1.5", "1e3", "2147483648", "99999999999999999999", "\"\"", "null", "[1, 2]", "{ a = 1 }", "on", "0x10", "5s")
            .Concat(Each(Durations, "-1s", "soon", "1 fortnight", "1e3s", "99999999999h", "10000d", "NaN", "\"\"", "null", "[1s]", "{ a = 1 }", "on", "s", "1s 2s", "Infinity"))
            .Concat(Each(Ratios, "-0.1", "1.1", "101%", "-1%", "NaN", "Infinity", "%", "much", "\"\"", "null", "[0.1]", "{ a = 1 }"))
            .Concat(Each(Switches, "maybe", "1", "ON", "\"\"", "null", "[on]", "{ a = 1 }"))
            .Concat(Each(Choices, "sideways", "0", "1", "Lifo", "\"\"", "null", "[lifo]", "{ a = 1 }"))
            .Concat(Each(["max-connections", "max-waiting", "max-concurrent-opens", "pipeline.connections", "pipeline.max-batch"], "0"))
            .Concat(Each(["connect-timeout", "max-lifetime", "leak-warning-after", "max-hold-time", "reconnect-backoff.min", "reconnect-backoff.max", "pipeline.slow-after", "pipeline.timeout"], "0s"))
            .Concat(Each(["connect-timeout", "close-timeout", "reconnect-backoff.min", "reconnect-backoff.max", "leak-warning-after", "max-hold-time", "pipeline.slow-after"], "infinite"))
            .Concat(Each(["acquire-timeout", "connect-timeout", "idle-timeout", "max-lifetime", "validate-after-idle", "close-timeout", "pipeline.slow-after", "pipeline.timeout"], "off"))
            .Concat(Each(["connection-string"], "\"no keyword=1\"", "\"Port=many\"", "\"Host\"", "[a]", "{ a = 1 }", "null"))
            .Concat(Each(["retire-on"], "\"57P01\"", "off", "on", "57", "null", "{ a = 1 }", "[\"57P\"]", "[\"57P0?\"]", "[{ a = 1 }]"))
            .Concat(Each(["reconnect-backoff", "pipeline"], "1s", "[1s]", "null"));

    private static PoolSettings Read(string text) => PoolSettings.Create(ConfigurationFactory.ParseString(text));

    private static IEnumerable<(string Key, string Value)> Each(string[] keys, params string[] values) =>
        keys.SelectMany(key => values.Select(value => (key, value)));
}
