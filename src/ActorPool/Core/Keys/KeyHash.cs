using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ActorPool.Core.Keys;

/// <summary>
/// Hash codes that an attacker who chooses the keys cannot make collide. Common key types are hashed with random numbers of this process.
/// For any other type its own <c>GetHashCode</c> decides, and <see cref="KeyTable"/> limits what equal codes cost.
/// </summary>
/// <remarks>
/// Multilinear hashing: two different keys of the same type have the same code with a probability of 2^-32 (Lemire and Kaser,
/// "Strongly universal string hashing is fast"). .NET hashes strings with random numbers itself.
/// </remarks>
internal static class KeyHash
{
    private static readonly ulong Start = Random(), First = Random(), Second = Random(), Third = Random(), Fourth = Random();

    /// <summary>Throws what the user's <c>GetHashCode</c> throws.</summary>
    public static int Of(object key) => key switch
    {
        string text => text.GetHashCode(),
        long number => Of((ulong)number),
        ulong number => Of(number),
        Guid id => Of(Unsafe.BitCast<Guid, UInt128>(id)),
        DateTime time => Of((ulong)time.Ticks),
        DateTimeOffset time => Of((ulong)time.UtcTicks),
        TimeSpan time => Of((ulong)time.Ticks),
        TimeOnly time => Of((ulong)time.Ticks),
        // Zero has two forms that are equal, and NaN has many.
        double number => Of(double.IsNaN(number) ? ulong.MaxValue : BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number)),
        Int128 number => Of((UInt128)number),
        UInt128 number => Of(number),
        ITuple tuple when PlainKey.IsTuple(tuple.GetType()) => Of(tuple),
        _ => Of((uint)key.GetHashCode(), 0),
    };

    private static int Of(ITuple tuple)
    {
        var hash = tuple.Length;
        for (var i = 0; i < tuple.Length; i++)
            hash = Of((uint)hash, tuple[i] is { } item ? (uint)Of(item) : 0);
        return hash;
    }

    private static int Of(ulong key) => Of((uint)key, (uint)(key >> 32));

    private static int Of(UInt128 key) =>
        (int)((Start + (First * (uint)key) + (Second * (uint)(key >> 32)) + (Third * (uint)(key >> 64)) + (Fourth * (uint)(key >> 96))) >> 32);

    private static int Of(uint low, uint high) => (int)((Start + (First * low) + (Second * high)) >> 32);

    private static ulong Random() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
