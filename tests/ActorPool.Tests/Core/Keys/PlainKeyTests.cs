using ActorPool.Core.Keys;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Core.Keys;

public sealed class PlainKeyTests
{
    public static TheoryData<object> Plain() =>
    [
        "a", 1, 1L, (byte)1, 'c', true, 1.5, 1.5m, Guid.Empty, DateTime.UnixEpoch, DateOnly.MinValue, TimeSpan.Zero, DayOfWeek.Friday,
        typeof(string), new object(), new byte[1], new List<int>(), new Reference(), Colour.Red, (1, "a"), (1, (Guid.Empty, 2L)), Tuple.Create("a", 1), ((int?)1, 2),
    ];

    [Theory]
    [MemberData(nameof(Plain))]
    public void What_dotnet_compares_by_itself_is_looked_up_on_any_thread(object key) => Assert.True(PlainKey.Is(key));

    public static TheoryData<object> OfUsers() =>
    [
        new AwkwardKey("a"), new Tenant(1), new Record(1), new Structure(1), (1, new AwkwardKey("a")), (1, (object)1), Tuple.Create(new AwkwardKey("a")), new OwnTuple(),
        new KeyValuePair<int, AwkwardKey>(1, new AwkwardKey("a")),
    ];

    [Theory]
    [MemberData(nameof(OfUsers))]
    public void What_may_run_a_user_s_code_is_not(object key) => Assert.False(PlainKey.Is(key));

    private enum Colour
    {
        Red,
    }

    private sealed class Reference;

    private readonly record struct Tenant(long Id);

    private sealed record Record(int Id);

    private readonly struct Structure(int id)
    {
        public int Id { get; } = id;
    }

    private sealed class OwnTuple() : Tuple<int, int>(1, 2)
    {
        public override bool Equals(object? obj) => false;

        public override int GetHashCode() => 1;
    }
}
