using System.Collections;
using System.Globalization;
using System.Net;
using System.Runtime.Serialization;
using ActorPool.Remoting;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorPool.Tests.Remoting;

/// <summary>Messages about statements as bytes and back, and bytes that are no messages.</summary>
public sealed class StatementSerializerTests : TestKit
{
    private static readonly string[] Manifests = ["execute.1", "execute-all.1", "query.1", "code.1", "executed.1", "all-executed.1", "rows.1"];

    private readonly StatementSerializer _serializer;

    public StatementSerializerTests() => _serializer = new StatementSerializer((ExtendedActorSystem)Sys);

    [Fact]
    public void Messages_come_back_as_they_were()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var message = new RandomMessages(seed).Next();
            var back = _serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message));
            Assert.True(Text(message) == Text(back), $"Seed {seed}: {Text(message)} came back as {Text(back)}");
        }
    }

    [Fact]
    public void A_message_that_was_read_is_known_to_come_from_elsewhere()
    {
        var sent = new Execute(Statement.Of("SELECT 1"));

        Assert.False(sent.IsFromElsewhere);
        Assert.True(Assert.IsType<Execute>(Back(sent)).IsFromElsewhere);
        Assert.True(Assert.IsType<ExecuteAll>(Back(new ExecuteAll([Statement.Of("SELECT 1")]))).IsFromElsewhere);
        Assert.True(Assert.IsType<Query>(Back(new Query(Statement.Of("SELECT 1")))).IsFromElsewhere);
    }

    [Fact]
    public void A_message_with_code_arrives_without_it()
    {
        var query = Back(new Query<int>(Statement.Of("SELECT 1"), reader => reader.GetInt32(0)));
        var transact = Back(new Transact<int>((_, _) => Task.FromResult(1)));

        Assert.All([query, transact], message => Assert.True(Assert.IsAssignableFrom<StatementMessage>(message).IsFromElsewhere));
    }

    [Fact]
    public void DBNull_is_sent_as_null()
    {
        var back = Assert.IsType<Query>(Back(new Query(Statement.Of("SELECT $1", DBNull.Value))));

        Assert.Null(Assert.Single(back.Statement.Parameters));
    }

    [Fact]
    public void A_parameter_keeps_its_type_also_without_a_value()
    {
        int? number = null;
        string? text = null;
        var sent = Statement.Of($"SELECT {"{}":jsonb}, {number}, {text}, {Guid.Empty}, {null as object}");

        var back = Assert.IsType<Query>(Back(new Query(sent))).Statement;

        Assert.Equal(["jsonb", "int4", "text", null, null], back.Values.Select(value => value.TypeName));
        Assert.Equal(sent.Sql, back.Sql);
    }

    [Fact]
    public void A_value_that_cannot_be_sent_is_refused_with_its_type_and_its_place()
    {
        void Refuses(object message, string place, Type type)
        {
            var error = Assert.Throws<SerializationException>(() => _serializer.ToBinary(message));
            Assert.StartsWith($"{place} is a {type}, which cannot be sent", error.Message, StringComparison.Ordinal);
        }

        Refuses(new Execute(Statement.Of("SELECT $1, $2", 1, IPAddress.Parse("1.2.3.4"))), "Parameter 2", typeof(IPAddress));
        Refuses(new Execute(Statement.Of("SELECT $1", new[,] { { 1 } })), "Parameter 1", typeof(int[,]));
        Refuses(new Rows(["a"], [[new object[] { new List<int>() }]], null), "A value of column 1", typeof(List<int>));
        Refuses(new Execute(Statement.Of("SELECT $1", new[] { DayOfWeek.Friday })), "Parameter 1", typeof(DayOfWeek[]));
        Refuses(new Execute(Statement.Of("SELECT 1")) { Tag = this }, "The tag", GetType());
        Refuses(new Query(Statement.Of("SELECT 1")) { Key = (1, 2) }, "The key", typeof((int, int)));
        Refuses(new Rows(["a", "b"], [[1, new BitArray(3)]], null), "A value of column 2", typeof(BitArray));
    }

    [Fact]
    public void Text_that_is_no_Unicode_is_refused_where_it_is_sent() =>
        Assert.Throws<SerializationException>(() => _serializer.ToBinary(new Execute(Statement.Of("SELECT $1", "\ud800"))));

    [Fact]
    public void A_message_that_is_cut_or_longer_is_an_error()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var message = new RandomMessages(seed).Next();
            var (bytes, manifest) = (_serializer.ToBinary(message), _serializer.Manifest(message));
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<SerializationException>(() => _serializer.FromBinary(bytes[..length], manifest));
            Assert.Throws<SerializationException>(() => _serializer.FromBinary([.. bytes, 0], manifest));
        }
    }

    [Fact]
    public void Bytes_of_an_attacker_are_a_message_or_an_error_and_cost_no_more_memory_than_they_have_bytes()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var message = new RandomMessages(round % 100).Next();
            var bytes = _serializer.ToBinary(message);
            for (var change = random.Next(1, 4); change > 0 && bytes.Length > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReadsOrRefuses(bytes, round % 2 == 0 ? _serializer.Manifest(message) : Manifests[random.Next(Manifests.Length)]);
        }
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void A_huge_count_is_an_error(int count)
    {
        using var text = new WireWriter();
        text.WriteCount(count);
        using var array = new WireWriter();
        array.Write((byte)64);
        array.Write((byte)6);
        array.WriteCount(count);
        using var rows = new WireWriter();
        rows.Write((byte)0);
        rows.WriteCount(0);
        rows.WriteCount(count);

        foreach (var bytes in new[] { text, array, rows }.Select(writer => writer.ToArray()))
        {
            foreach (var manifest in Manifests)
            {
                ReadsOrRefuses(bytes, manifest);
                ReadsOrRefuses([0, .. bytes, .. new byte[1000]], manifest);
            }
        }

        Assert.Throws<SerializationException>(() => _serializer.FromBinary(rows.ToArray(), "rows.1"));
        Assert.Throws<SerializationException>(() => _serializer.FromBinary(array.ToArray(), "executed.1"));
    }

    [Fact]
    public void Rows_without_columns_are_an_error() =>
        Assert.Throws<SerializationException>(() => _serializer.FromBinary([0, 0, 3, 0, 0, 0], "rows.1"));

    [Fact]
    public void Many_arrays_inside_each_other_are_an_error()
    {
        var bytes = Enumerable.Range(0, 100_000).SelectMany(_ => new byte[] { 66, 1 }).Append((byte)0).ToArray();

        Assert.Throws<SerializationException>(() => _serializer.FromBinary(bytes, "executed.1"));
    }

    [Fact]
    public void An_unknown_message_is_an_error_that_names_it()
    {
        var error = Assert.Throws<SerializationException>(() => _serializer.FromBinary([], "rows.2"));

        Assert.Contains("rows.2", error.Message, StringComparison.Ordinal);
        Assert.Throws<SerializationException>(() => _serializer.Manifest("text"));
        Assert.Throws<SerializationException>(() => _serializer.ToBinary("text"));
    }

    private void ReadsOrRefuses(byte[] bytes, string manifest)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _serializer.FromBinary(bytes, manifest);
        }
        catch (SerializationException)
        {
            // As it should be.
        }

        var used = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(used < 50_000 + (200 * bytes.Length), $"{used} bytes for {bytes.Length}: {Convert.ToHexString(bytes)} as {manifest}");
    }

    private object Back(object message) => _serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message));

    private static string Text(object? value) => value switch
    {
        null => "null",
        Execute execute => $"Execute {Text(execute.Statement)} {Options(execute)}",
        ExecuteAll execute => $"ExecuteAll {Text(execute.Statements)} {Options(execute)}",
        Query query => $"Query {Text(query.Statement)} {Options(query)}",
        Executed executed => $"Executed {executed.Rows} {Text(executed.Tag)}",
        AllExecuted executed => $"AllExecuted {Text(executed.Rows)} {Text(executed.Tag)}",
        Rows rows => $"Rows {Text(rows.Columns)} {Text(rows.Values)} {Text(rows.Tag)}",
        Statement statement => $"{statement.Sql} {Text(statement.Parameters)}",
        string text => $"'{text}'",
        DateTime time => $"DateTime {time:O} {time.Kind}",
        Array array => $"{array.GetType()}[{string.Join(", ", array.Cast<object?>().Select(Text))}]",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Text))}]",
        IFormattable formattable => $"{value.GetType().Name} {formattable.ToString(value is DateTimeOffset or TimeOnly ? "O" : null, CultureInfo.InvariantCulture)}",
        _ => $"{value.GetType().Name} {value}",
    };

    private static string Options(StatementMessage message) => $"{Text(message.Key)} {Text(message.Timeout)} {message.Repeatable} {Text(message.Tag)}";
}
