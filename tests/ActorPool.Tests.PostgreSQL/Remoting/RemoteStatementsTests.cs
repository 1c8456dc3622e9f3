using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ActorPool.Remoting;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Akka.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ActorPool.Tests.PostgreSQL.Remoting;

/// <summary>Actors of one system tell statements to a pool of another: two actor systems with Akka.Remote between them.</summary>
public sealed class RemoteStatementsTests : PoolTest
{
    private const string Transport = "akka { loglevel = WARNING, stdout-loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ActorSystem _here = ActorSystem.Create("here", Transport);
    private readonly ActorSystem _there = ActorSystem.Create("there", Transport);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        RemoteStatements.EnableIn(_there);
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await source.CreateCommand("CREATE TABLE item (id int PRIMARY KEY, name text)").ExecuteNonQueryAsync();
    }

    public override async Task DisposeAsync()
    {
        await Task.WhenAll(_here.Terminate(), _there.Terminate());
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Statements_are_run_and_answered_with_their_tags()
    {
        var (_, manager) = await PoolAsync();

        var executed = await manager.Ask<Executed>(new Execute(Statement.Of($"INSERT INTO item VALUES ({1}, {"one"})")) { Tag = 7L }, Soon);
        var all = await manager.Ask<AllExecuted>(
            new ExecuteAll([Statement.Of($"INSERT INTO item VALUES ({2}, {null as string}), ({3}, {"three"})"), Statement.Of("DELETE FROM item WHERE id = 3")]) { Tag = "all" }, Soon);
        var rows = await manager.Ask<Rows>(new Query(Statement.Of("SELECT id, name FROM item ORDER BY id")) { Tag = Guid.Empty, Key = "tenant" }, Soon);

        Assert.Equal(new Executed(1, 7L), executed);
        Assert.Equal(("all", "2,1"), (all.Tag, string.Join(',', all.Rows)));
        Assert.Equal<string>(["id", "name"], rows.Columns);
        Assert.Equal<object?[]>([[1, "one"], [2, null]], rows.Values);
        Assert.Equal(Guid.Empty, rows.Tag);
    }

    [Fact]
    public async Task Values_keep_their_types_on_the_way_to_the_server_and_back()
    {
        var (_, manager) = await PoolAsync();
        object[] values =
        [
            true, (short)2, 3, 4L, 1.5f, 2.5, 3.250m, "text", Guid.NewGuid(), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Unspecified),
            new DateOnly(2020, 1, 2), new TimeOnly(3, 4, 5), TimeSpan.FromHours(30), ImmutableArray.Create<byte>(1, 2).ToArray(), Enumerable.Range(1, 3).ToArray(), Enumerable.Repeat("a", 2).ToArray(),
        ];
        foreach (var value in values)
        {
            var rows = await manager.Ask<Rows>(new Query(Statement.Of("SELECT $1", value)), Soon);
            Assert.Equal(value, Assert.Single(Assert.Single(rows.Values)));
        }

        var sent = await manager.Ask<Rows>(new Query(Statement.Of($"SELECT {null as int?} IS NULL, {new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero)}")), Soon);
        Assert.Equal<object?[]>([[true, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc)]], sent.Values);
    }

    [Fact]
    public async Task A_pool_that_does_not_accept_them_runs_none_and_names_the_setting()
    {
        var (pool, manager) = await PoolAsync(acceptRemote: false);
        var insert = Statement.Of("INSERT INTO item VALUES (1, 'one')");

        manager.Tell(new Execute(insert), ActorRefs.NoSender);
        foreach (var message in new object[] { new Execute(insert), new ExecuteAll([insert]), new Query(insert) })
        {
            var error = await Assert.ThrowsAsync<PoolException>(() => manager.Ask<object>(message, Soon));
            Assert.Equal((PoolErrorKind.NotLocal, false), (error.Kind, error.IsTransient));
            Assert.Contains("pipeline.accept-remote = on", error.Message, StringComparison.Ordinal);
        }

        await EventuallyAsync(() => pool.Statistics.NotLocal == 4, "the message without a sender is refused, too");
        Assert.Equal(0L, await pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_with_code_and_a_request_for_a_lease_are_never_accepted(bool acceptRemote)
    {
        var (_, manager) = await PoolAsync(acceptRemote);
        object[] messages = [new Query<int>(Statement.Of("SELECT 1"), reader => reader.GetInt32(0)), new Transact<int>((_, _) => Task.FromResult(1)), new GetConn()];

        foreach (var message in messages)
            Assert.Equal(PoolErrorKind.NotLocal, (await Assert.ThrowsAsync<PoolException>(() => manager.Ask<object>(message, Soon))).Kind);
    }

    [Fact]
    public async Task An_error_of_the_server_arrives_with_its_SQLSTATE_and_its_text_alone()
    {
        var (_, manager) = await PoolAsync(text: ";Include Error Detail=true");
        await manager.Ask<Executed>(new Execute(Statement.Of("INSERT INTO item VALUES (1, 'secret')")), Soon);

        var error = await Assert.ThrowsAsync<PoolException>(() => manager.Ask<Executed>(new Execute(Statement.Of("INSERT INTO item VALUES ($1, 'again')", 1)), Soon));

        Assert.Equal((PoolErrorKind.StatementFailed, PostgresErrorCodes.UniqueViolation, false), (error.Kind, error.SqlState, error.IsTransient));
        Assert.Equal("Pool 'pool0': 23505: duplicate key value violates unique constraint \"item_pkey\"", error.Message);
        Assert.Null(error.InnerException);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_an_error_with_both_numbers()
    {
        var (_, manager) = await PoolAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => manager.Ask<Rows>(new Query(Statement.Of("SELECT repeat('x', 200000)")), Soon));

        Assert.Equal(PoolErrorKind.TooLarge, error.Kind);
        var numbers = Regex.Matches(error.Message, @"\d{3,}").Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(numbers[0], 200_000, 201_000);
        Assert.Equal(128_000, numbers[1]);
        Assert.Equal(2, (await manager.Ask<Rows>(new Query(Statement.Of("SELECT 1 UNION SELECT 2")), Soon)).Values.Count);
    }

    [Fact]
    public async Task Around_the_largest_size_each_answer_is_the_rows_or_an_error()
    {
        var (_, manager) = await PoolAsync();
        var outcomes = new List<bool>();
        for (var size = 126_000; size <= 128_100; size += 50)
        {
            try
            {
                var rows = await manager.Ask<Rows>(new Query(Statement.Of("SELECT repeat('x', $1)", size)), Soon);
                outcomes.Add(((string)rows.Values[0][0]!).Length == size);
            }
            catch (PoolException error) when (error.Kind == PoolErrorKind.TooLarge)
            {
                outcomes.Add(false);
            }
        }

        Assert.True(outcomes[0]);
        Assert.False(outcomes[^1]);
        Assert.Equal(outcomes.OrderDescending(), outcomes);
    }

    [Fact]
    public async Task A_row_with_a_value_that_cannot_be_sent_is_an_error_that_says_what_was_done()
    {
        var (pool, manager) = await PoolAsync();

        var error = await Assert.ThrowsAsync<PoolException>(() => manager.Ask<Rows>(new Query(Statement.Of("INSERT INTO item VALUES (1, 'one') RETURNING id, '1.2.3.4'::inet")), Soon));

        Assert.Equal(PoolErrorKind.NotLocal, error.Kind);
        Assert.Contains("A value of column 2 is a System.Net.IPAddress", error.Message, StringComparison.Ordinal);
        Assert.Contains("The statement was carried out", error.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await pool.ScalarAsync<long>($"SELECT count(*) FROM item"));
    }

    [Fact]
    public async Task A_parameter_that_cannot_be_sent_is_an_error_in_the_log_of_the_sender()
    {
        var (_, manager) = await PoolAsync();
        using var log = Inbox.Create(_there);
        _there.EventStream.Subscribe(log.Receiver, typeof(Error));

        manager.Tell(new Execute(Statement.Of("SELECT $1", IPAddress.Parse("1.2.3.4"))), ActorRefs.NoSender);

        var error = Assert.IsType<Error>(await log.ReceiveAsync(Soon));
        Assert.Contains("Parameter 1 is a System.Net.IPAddress", error.Cause.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await manager.Ask<Rows>(new Query(Statement.Of("SELECT 1")), Soon)).Values[0][0]);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_do_not_end_the_way_for_others()
    {
        var (_, manager) = await PoolAsync();
        var garbage = new Garbage((ExtendedActorSystem)_there);
        _there.Serialization.AddSerializationMap(typeof(int[]), garbage);

        for (var round = 0; round < 50; round++)
            manager.Tell(Enumerable.Range(0, round).ToArray(), ActorRefs.NoSender);

        Assert.Equal(1, (await manager.Ask<Rows>(new Query(Statement.Of("SELECT 1")), Soon)).Values[0][0]);
    }

    [Fact]
    public async Task A_host_without_a_pool_sends_statements()
    {
        var (pool, seen) = await PoolAsync();
        await pool.ExecuteAllAsync([Statement.Of("CREATE TABLE orders (id int, total numeric, customer text)"), Statement.Of("INSERT INTO orders VALUES (1, 2.50, 'c')")]);
        var (path, customer, remoting) = (seen.Path.ToSerializationFormat(), "c", (Akka.Configuration.Config)Transport);
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("orders", akka => akka.AddHocon(remoting, HoconAddMode.Prepend).WithRemoteStatements());
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        RemoteStatements.EnableIn(system);

        var manager = await system.ActorSelection(path).ResolveOne(TimeSpan.FromSeconds(5));
        var rows = await manager.Ask<Rows>(new Query(Statement.Of($"SELECT id, total FROM orders WHERE customer = {customer}")), TimeSpan.FromSeconds(30));

        Assert.Equal<object?[]>([[1, 2.50m]], rows.Values);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_pool_starts_without_a_word_about_its_serializer()
    {
        var config = $"akka {{ stdout-logger-class = \"{typeof(Silence).AssemblyQualifiedName}\", loglevel = WARNING }}";
        using var system = ActorSystem.Create("quiet", config);
        await using (await ConnectionPool.StartAsync(system, new PoolSettings(ConnectionString, 1, 1)))
            RemoteStatements.EnableIn(system);
        await system.Terminate();

        Assert.DoesNotContain(Silence.Broken, said => said.Contains("Serializer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_shows_code_of_these_tests()
    {
        var tests = await File.ReadAllTextAsync(ThisFile());
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/ActorPool/docs/remote.md"));
        var lines = Regex.Matches(page, "```csharp\n(.*?)```", RegexOptions.Singleline).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();

        Assert.Equal(4, lines.Count);
        Assert.All(lines, line => Assert.Contains(line, tests, StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string file = "") => file;

    private async Task<(ConnectionPool Pool, IActorRef Manager)> PoolAsync(bool acceptRemote = true, string text = "")
    {
        var settings = Settings(1, 2, settings => settings with { Pipeline = settings.Pipeline with { AcceptRemote = acceptRemote }, ConnectionString = ConnectionString + text });
        var pool = Keep(await ConnectionPool.StartAsync(_here, settings));
        var address = ((ExtendedActorSystem)_here).Provider.DefaultAddress;
        return (pool, await _there.ActorSelection(pool.Manager.Path.ToStringWithAddress(address)).ResolveOne(Soon));
    }

    /// <summary>Writes random bytes under the identity of the pool's serializer.</summary>
    private sealed class Garbage(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        private readonly Random _random = new(1);

        public override int Identifier { get; } = new StatementSerializer(system).Identifier;

        public override string Manifest(object o) => _random.Next(3) switch { 0 => "execute.1", 1 => "rows.1", _ => "unknown" };

        public override byte[] ToBinary(object obj)
        {
            var bytes = new byte[((int[])obj).Length];
            _random.NextBytes(bytes);
            return bytes;
        }

        public override object FromBinary(byte[] bytes, string manifest) => throw new NotSupportedException();
    }

    /// <summary>Takes what an actor system says before its log has started.</summary>
    private sealed class Silence : MinimalLogger
    {
        public static readonly ConcurrentQueue<string> Broken = new();

        protected override void Log(object message) => Broken.Enqueue($"{message}");
    }
}
