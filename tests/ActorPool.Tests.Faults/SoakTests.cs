using System.Globalization;
using System.Security.Cryptography;
using ActorPool.Soak;
using Xunit.Abstractions;

namespace ActorPool.Tests.Faults;

/// <summary>All faults at random moments, with two hundred borrowers.</summary>
[Collection(AloneCollection.Name)]
public sealed class SoakTests(ITestOutputHelper output)
{
    // A failed run writes its seed, which the program tests/ActorPool.Soak takes.
    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("ACTORPOOL_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : RandomNumberGenerator.GetInt32(1_000_000);

    // Each fault once; the program runs for as long as one likes.
    [Fact]
    public Task Every_promise_holds_while_every_fault_occurs() =>
        new SoakRun(new SoakOptions(Seed, TimeSpan.Zero) { LongestPause = TimeSpan.FromSeconds(1) }, output.WriteLine).RunAsync();
}
