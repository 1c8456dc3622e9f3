using ActorPool.Tests.Core.RandomSequences;
using Xunit.Abstractions;

namespace ActorPool.Tests.Core.Psycopg2;

public sealed class SameAsPsycopg2Tests(ITestOutputHelper output)
{
    [Fact]
    public void The_preset_answers_every_sequence_of_calls_as_psycopg2_does() =>
        RandomRuns.Sample(CoreCalls.Any, 10_000, output, CallRun.Of, calls => calls.Simpler);
}
