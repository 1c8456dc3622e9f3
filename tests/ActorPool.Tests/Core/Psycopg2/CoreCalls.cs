using ActorPool.Psycopg2;
using CsCheck;

namespace ActorPool.Tests.Core.Psycopg2;

/// <summary>Random calls, one after another, and whether the pool's own work ends at once or late.</summary>
internal sealed record CoreCalls(CallSequence Sequence, bool Delayed, int Seed)
{
    private const int Length = 50;

    public static readonly Gen<CoreCalls> Any = Gen.Select(
        Gen.Int[0, int.MaxValue - 1], Gen.Bool,
        (seed, delayed) => new CoreCalls(SequenceGenerator.Next(new Random(seed), Length, connectFails: true), delayed, seed));

    public IEnumerable<CoreCalls> Simpler =>
        Sequence.Simpler.Select(shorter => this with { Sequence = shorter });
}
