using System.Globalization;
using System.Security.Cryptography;
using ActorPool.Soak;
using Xunit.Abstractions;

namespace ActorPool.Tests.Faults;

[Collection(AloneCollection.Name)]
public sealed class SoakTests(ITestOutputHelper output)
{
    // A failed run says its seed; the program tests/ActorPool.Soak takes it, and any length.
    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("ACTORPOOL_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : RandomNumberGenerator.GetInt32(1_000_000);

    [Fact]
    public Task Every_promise_holds_through_a_minute_of_random_faults() =>
        new SoakRun(new SoakOptions(Seed, TimeSpan.FromMinutes(1), Borrowers: 200), output.WriteLine).RunAsync();
}
