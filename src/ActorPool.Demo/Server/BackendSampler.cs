using Npgsql;

namespace ActorPool.Demo.Server;

/// <summary>
/// Counts the pool's backends at the server a hundred times a second, from before the pool starts until after it has ended.
/// </summary>
internal sealed class BackendSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly Observer _observer;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _sampling;
    private Sampling _seen = new(Count: 0, Now: 0, Highest: 0, LongestGap: TimeSpan.Zero, Error: null);

    private BackendSampler(Observer observer)
    {
        _observer = observer;
        _sampling = SampleAsync();
    }

    /// <summary>What was seen so far.</summary>
    public Sampling Seen => Volatile.Read(ref _seen);

    public static async Task<BackendSampler> StartAsync(DemoSchema schema, CancellationToken cancellationToken) =>
        new(await Observer.ConnectAsync(schema, cancellationToken));

    /// <summary>Takes a last sample and ends.</summary>
    public async Task<Sampling> EndAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        return Seen;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _observer.DisposeAsync();
        _end.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        var last = TimeProvider.System.GetTimestamp();
        try
        {
            for (var goesOn = true; goesOn;)
            {
                goesOn = !_end.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None);
                var count = (int)await _observer.CountAsync(CancellationToken.None);
                Volatile.Write(ref _seen, Seen.With(count, TimeProvider.System.GetElapsedTime(last)));
                last = TimeProvider.System.GetTimestamp();
            }
        }
        catch (NpgsqlException e)
        {
            Volatile.Write(ref _seen, Seen with { Error = e.Message });
        }
    }
}
