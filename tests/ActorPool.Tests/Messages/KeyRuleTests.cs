using Akka.Actor;

namespace ActorPool.Tests.Messages;

/// <summary>An argument in the place of the key compiles, because a key may be any object: it is refused when the message is made.</summary>
public sealed class KeyRuleTests
{
    public static TheoryData<Func<object>> Misplaced() =>
    [
        () => CancellationToken.None,
        () => new CancellationTokenSource(),
        () => TimeSpan.FromSeconds(2),
        () => new GetConn(),
        () => Task.FromResult("k"),
        () => new ValueTask<string>("k"),
    ];

    [Theory]
    [MemberData(nameof(Misplaced))]
    public void A_misplaced_argument_is_refused_as_the_key_of_a_message(Func<object> argument)
    {
        Assert.Throws<ArgumentException>(() => new GetConn(argument()));
        Assert.Throws<ArgumentException>(() => new GetConn("k") with { Key = argument() });
        Assert.Throws<ArgumentException>(() => new PutConn(null!, argument()));
        Assert.Throws<ArgumentException>(() => new PutConn(null!) with { Key = argument() });
    }

    [Fact]
    public void The_refusal_of_a_token_or_a_time_says_where_it_belongs()
    {
        foreach (var argument in new object[] { CancellationToken.None, TimeSpan.FromSeconds(2) })
        {
            var error = Assert.Throws<ArgumentException>(() => new GetConn(argument));

            Assert.Contains("cancellationToken:", error.Message, StringComparison.Ordinal);
            Assert.Contains("Timeout", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_other_object_is_a_key()
    {
        foreach (var key in new object?[] { null, "k", 5, 5L, 5m, Guid.NewGuid(), ('a', 1), DateTime.UnixEpoch, PoolErrorKind.Closed, Nobody.Instance, typeof(string), new object() })
            Assert.Equal(key, new GetConn(key).Key);
    }
}
