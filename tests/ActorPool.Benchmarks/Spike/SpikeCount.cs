namespace ActorPool.Benchmarks.Spike;

/// <summary>Counts the actors that have their answer or their error.</summary>
internal sealed class SpikeCount(int actors)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = actors;
    private int _errors;
    private Exception? _first;

    public Task Done => _done.Task;

    public int Errors => _errors;

    public Exception? FirstError => _first;

    public void Ended(Exception? error)
    {
        if (error is not null)
        {
            Interlocked.Increment(ref _errors);
            Interlocked.CompareExchange(ref _first, error, null);
        }

        if (Interlocked.Decrement(ref _left) == 0)
            _done.SetResult();
    }
}
