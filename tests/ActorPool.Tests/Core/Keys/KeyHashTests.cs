using ActorPool.Core.Keys;

namespace ActorPool.Tests.Core.Keys;

/// <summary>Keys that a stranger has chosen so that .NET gives them one hash code.</summary>
public sealed class KeyHashTests
{
    private const int Many = 10_000;

    public static TheoryData<string, Func<int, object>> Chosen() => new()
    {
        { "long", i => Alike(i) },
        { "ulong", i => (ulong)Alike(i) },
        { "Guid", i => new Guid(i, 0, 0, 0, 0, 0, 0, (byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i) },
        { "DateTime", i => new DateTime(Alike(i)) },
        { "TimeSpan", i => new TimeSpan(Alike(i)) },
        { "double", i => BitConverter.Int64BitsToDouble(Alike(i)) },
        { "tuple", i => ("tenant", Alike(i)) },
        { "nested tuple", i => (1, (Alike(i), 2)) },
        { "class tuple", i => Tuple.Create(Alike(i), "tenant") },
    };

    [Theory]
    [MemberData(nameof(Chosen))]
    public void Keys_chosen_to_collide_have_hash_codes_of_their_own(string type, Func<int, object> key)
    {
        var keys = Enumerable.Range(1, Many).Select(key).ToArray();

        Assert.Equal(Many, keys.Distinct().Count());
        if (type is "long" or "ulong" or "DateTime" or "TimeSpan" or "double")
            Assert.Single(keys.Select(one => one.GetHashCode()).Distinct());
        // By chance two of them may be alike.
        Assert.InRange(keys.Select(KeyHash.Of).Distinct().Count(), Many - 3, Many);
    }

    public static TheoryData<object, object> Equals() => new()
    {
        { 1L, 1L },
        { 0.0, -0.0 },
        { double.NaN, BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(double.NaN) + 1) },
        { "a" + 1, "a" + 1 },
        { (1, 0.0, "b"), (1, -0.0, "b") },
        { (1, (object?)null), (1, (object?)null) },
        { (1, 2, 3, 4, 5, 6, 7, 8, 9L), (1, 2, 3, 4, 5, 6, 7, 8, 9L) },
        { Tuple.Create(1, 2L), Tuple.Create(1, 2L) },
        { new DateTime(5, DateTimeKind.Utc), new DateTime(5, DateTimeKind.Local) },
        { new DateTimeOffset(2020, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        { 1.0m, 1.00m },
        { DayOfWeek.Friday, DayOfWeek.Friday },
        { Int128.MaxValue, Int128.MaxValue },
    };

    [Theory]
    [MemberData(nameof(Equals))]
    public void Equal_keys_have_one_hash_code(object one, object other)
    {
        Assert.Equal<object>(one, other);
        Assert.Equal(KeyHash.Of(one), KeyHash.Of(other));
    }

    // The code of a long is its lower half xor its upper half.
    private static long Alike(int number) => ((long)number << 32) | (uint)number;
}
