using System.Globalization;
using ActorPool.Soak;
using Xunit.Abstractions;

namespace ActorPool.Tests.Faults;

/// <summary>A minute of the soak at a new seed each time; any length and any seed is a run of the program.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_promise_holds_for_a_minute_of_random_faults()
    {
        var seed = Environment.GetEnvironmentVariable("ACTORPOOL_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next(1_000_000);

        await new SoakRun(new SoakOptions(seed, TimeSpan.FromSeconds(60)), output.WriteLine).RunAsync();
    }
}
