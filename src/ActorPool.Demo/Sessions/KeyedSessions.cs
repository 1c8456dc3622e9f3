using System.Data.Common;

namespace ActorPool.Demo.Sessions;

/// <summary>
/// Some users with a <see cref="Basket"/> each; code without actors, with an injected pool. When connections are scarce, a user's session is
/// lent to others and the user gets a new one; when there are enough, it is kept.
/// </summary>
internal sealed class KeyedSessions(IConnectionPool pool, SessionBooks books)
{
    /// <summary>How many users there are; fewer than the pool has connections, so that all can be kept.</summary>
    public const int Users = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Basket[] _baskets = [.. Enumerable.Range(1, Users).Select(user => new Basket($"session-{user}", pool))];

    /// <summary>All users visit again and again.</summary>
    /// <param name="closing">Ends the visits; a visit in progress is finished.</param>
    public Task RunAsync(CancellationToken closing) => Task.WhenAll(_baskets.Select(basket => VisitAsync(basket, closing)));

    /// <summary>All users visit twice, alone in the pool, so that no other borrower can take their sessions.</summary>
    /// <returns>How many found their session.</returns>
    public async Task<int> ProveKeptAsync(CancellationToken cancellationToken)
    {
        foreach (var basket in _baskets)
            await VisitOnceAsync(basket, cancellationToken);

        var kept = 0;
        foreach (var basket in _baskets)
            kept += await VisitOnceAsync(basket, cancellationToken) ? 1 : 0;
        return kept;
    }

    private async Task VisitAsync(Basket basket, CancellationToken closing)
    {
        using var timer = new PeriodicTimer(Interval);
        while (!closing.IsCancellationRequested)
        {
            await VisitOnceAsync(basket, CancellationToken.None);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task<bool> VisitOnceAsync(Basket basket, CancellationToken cancellationToken)
    {
        try
        {
            var isKept = await basket.VisitAsync(cancellationToken);
            books.Count(isKept);
            return isKept;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            books.CountFailed(e.Message);
            return false;
        }
    }
}
