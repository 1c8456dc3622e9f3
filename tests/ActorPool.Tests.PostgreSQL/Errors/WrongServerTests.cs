using System.Diagnostics;
using ActorPool.TestSupport;
using ActorPool.Tests.PostgreSQL.Support;
using Akka.Actor;

namespace ActorPool.Tests.PostgreSQL.Errors;

/// <summary>A connection string with one mistake: the error names the mistake, and no text shows the password.</summary>
public sealed class WrongServerTests : IDisposable
{
    // A mistake is reported long before it.
    private static readonly TimeSpan AcquireTimeout = TimeSpan.FromMinutes(1);

    private readonly DebugLog _log = new();

    public static TheoryData<string> Wrong() => [.. WrongServer.All.Select(wrong => wrong.What)];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_start_fails_and_says_why(string what)
    {
        var settings = await SettingsAsync(what, min: 2);

        Check(what, await RefusedAsync(() => ConnectionPool.StartAsync(_log.System, settings)), settings);
        Check(what, await RefusedAsync(() => SimpleConnectionPool.StartAsync(settings)), settings);
        Assert.Null(ConnectionPool.Find(_log.System));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_fails_and_says_why(string what)
    {
        var settings = await SettingsAsync(what, min: 0);
        await using var pool = await ConnectionPool.StartAsync(_log.System, settings);
        await using var simple = await SimpleConnectionPool.StartAsync(settings);

        // A wrong host or port may pass: a request waits for its time-out. Another error is its answer at once.
        var mayPass = what.Contains("host", StringComparison.Ordinal) || what.Contains("port", StringComparison.Ordinal);
        using var over = new CancellationTokenSource();
        var first = pool.GetConnAsync(over.Token).AsTask();
        await Until.TrueAsync(() => first.IsCompleted || (mayPass && pool.Statistics.LastConnectError is not null), "an open has failed");
        GetConn request = new() { Timeout = mayPass ? TimeSpan.FromMilliseconds(200) : null };

        Check(what, await RefusedAsync(async () => await pool.GetConnAsync(request)), settings);
        Check(what, await RefusedAsync(async () => await pool.GetConnAsync(request with { Key = "key" })), settings);
        Check(what, await RefusedAsync(() => pool.Manager.Ask<PooledConnection>(request)), settings);
        Check(what, await RefusedAsync(async () => await simple.GetConnAsync()), settings);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        HasNoSecret(pool.Statistics + pool.Statistics.LastConnectError + simple.Statistics);
    }

    public void Dispose() => _log.Dispose();

    private static async Task<PoolException> RefusedAsync(Func<Task> call)
    {
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<PoolException>(call);
        Assert.True(clock.Elapsed < AcquireTimeout / 2, $"It took {clock.Elapsed}.");
        return error;
    }

    private static async Task<PoolSettings> SettingsAsync(string what, int min) =>
        new(WrongServer.Spoiled(await GuardedServer.ConnectionStringAsync(), what), min, 2) { AcquireTimeout = AcquireTimeout };

    private void Check(string what, PoolException error, PoolSettings settings)
    {
        var word = WrongServer.All.Single(wrong => wrong.What == what).Word;
        Assert.Equal(PoolErrorKind.ConnectFailed, error.Kind);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
        if (what.Contains("password", StringComparison.Ordinal))
        {
            Assert.False(error.IsTransient);
            Assert.Contains(what == "no password" ? "Give the driver a password" : "Correct the password of this user", error.Message, StringComparison.Ordinal);
        }

        HasNoSecret(error.ToString());
        HasNoSecret(settings.ToString());
        Assert.True(_log.Count > 0);
        HasNoSecret(_log.All);
    }

    private static void HasNoSecret(string text) => Assert.DoesNotContain(WrongServer.Secret, text, StringComparison.Ordinal);
}
