namespace ActorPool.HostedApp;

/// <summary>The differences between the applications that the tests start.</summary>
/// <param name="AkkaLast">AddAkka comes after the web server and the workers, which a host then stops after Akka.</param>
/// <param name="Hook">The user's own value of <c>run-by-clr-shutdown-hook</c>; null when it is not set.</param>
/// <param name="Concurrently">The host stops its services all at once.</param>
/// <param name="OwnStop">The program calls <c>StartAsync</c> and <c>StopAsync</c> instead of <c>RunAsync</c>.</param>
internal sealed record Variant(bool AkkaLast, string? Hook, bool Concurrently, bool OwnStop)
{
    public static Variant Parse(string[] words) => new(
        words.Contains("akka-last"),
        words.Contains("hook-on") ? "on" : null,
        words.Contains("concurrently"),
        words.Contains("own-stop"));
}
