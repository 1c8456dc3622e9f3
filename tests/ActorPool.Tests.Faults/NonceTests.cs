using System.Globalization;
using System.Security.Cryptography;
using ActorPool.Soak.Nonces;
using Xunit.Abstractions;

namespace ActorPool.Tests.Faults;

/// <summary>Statements told to the pool while backends are killed and connections cut.</summary>
[Collection(AloneCollection.Name)]
public sealed class NonceTests(ITestOutputHelper output)
{
    // A failed run writes its seed, which the program tests/ActorPool.Soak takes.
    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("ACTORPOOL_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : RandomNumberGenerator.GetInt32(1_000_000);

    // The program runs millions.
    [Fact]
    public Task Each_statement_gets_its_own_answer_and_the_table_holds_what_was_told() =>
        new NonceRun(new NonceOptions(Seed, Statements: 60_000, Callers: 64) { LongestPause = TimeSpan.FromMilliseconds(200) }, output.WriteLine).RunAsync();
}
