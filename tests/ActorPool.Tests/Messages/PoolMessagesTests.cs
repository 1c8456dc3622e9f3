using System.Reflection;
using ActorPool.Messages;
using Akka.Actor;

namespace ActorPool.Tests.Messages;

/// <summary>
/// A message of a user cannot be left out by the manager, its mailbox or its recovery: each has one list, the implementations of
/// <see cref="IPoolMessage"/>, whose handlers the compiler checks.
/// </summary>
public sealed class PoolMessagesTests
{
    private static readonly Type[] Answers =
    [
        typeof(PooledConnection), typeof(ConnPut), typeof(AllClosed), typeof(PoolStatistics), typeof(PoolLease),
        typeof(Resized), typeof(Drained), typeof(Paused), typeof(Resumed),
        typeof(Executed), typeof(AllExecuted), typeof(Rows), typeof(QueryResult<>), typeof(Transacted<>),
    ];

    [Fact]
    public void A_public_message_is_a_pool_message_or_one_of_the_answers()
    {
        var messages = typeof(PoolManager).Assembly.GetExportedTypes().Where(typeof(INoSerializationVerificationNeeded).IsAssignableFrom);

        Assert.Equal(Answers.Select(type => type.Name).Order(), messages.Where(type => !typeof(IPoolMessage).IsAssignableFrom(type)).Select(type => type.Name).Order());
    }

    [Fact]
    public void Requests_are_equal_when_all_of_their_members_are()
    {
        var request = new GetConn("k") { Timeout = TimeSpan.Zero, Exclusive = true };

        Assert.Equal(request, new GetConn("k") { Exclusive = true, Timeout = TimeSpan.Zero });
        Assert.Equal(new GetConn("k"), request with { Timeout = null, Exclusive = false });
        Assert.All((GetConn[])[request with { Key = null }, request with { Timeout = null }, request with { Timeout = TimeSpan.FromTicks(1) }, request with { Exclusive = false }, request with { Owner = ActorRefs.Nobody }],
            other => Assert.NotEqual(request, other));
        Assert.Contains("Timeout = 00:00:00, Owner = , Exclusive = True", $"{request}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_message_is_public()
    {
        var messages = typeof(PoolManager).Assembly.GetTypes().Where(type => type.IsClass && typeof(IPoolMessage).IsAssignableFrom(type));

        Assert.All(messages, message => Assert.True(message.GetTypeInfo().IsPublic));
    }
}
