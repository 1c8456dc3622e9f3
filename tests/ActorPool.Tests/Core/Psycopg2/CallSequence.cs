using ActorPool.Tests.Core.RandomSequences;
using CsCheck;

namespace ActorPool.Tests.Core.Psycopg2;

/// <summary>Random calls of one program after another, and how late the pool's own work ends.</summary>
internal sealed record CallSequence(int Min, int Max, bool Delayed, CallSequence.Call[] Calls)
{
    private static readonly Gen<Kind> GenKind = Gen.Frequency((100, Kind.Get), (90, Kind.Put), (8, Kind.PutAgain), (1, Kind.CloseAll));

    private static readonly Gen<Call> GenCall =
        Gen.Select(GenKind, Gen.Int[0, 59], Gen.Int[0, 59], (kind, a, b) => new Call(kind, a, b));

    public static readonly Gen<CallSequence> Any = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 4], Gen.Bool, GenCall.Array[1, 50],
        (min, more, delayed, calls) => new CallSequence(min, Math.Max(1, min + (more / 2)), delayed, calls));

    public IEnumerable<CallSequence> Simpler => Shrinking.Shorter(Calls).Select(fewer => this with { Calls = fewer });

    public enum Kind
    {
        Get,
        Put,
        PutAgain,
        CloseAll,
    }

    public readonly record struct Call(Kind Kind, int A, int B);
}
