namespace ActorPool.Tests.PostgreSQL.Telemetry;

/// <summary>A key that can hold up the thread that compares it. All slow keys are equal.</summary>
internal sealed class SlowKey : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _released = new();
    private volatile bool _isSlow;

    /// <summary>Makes a call that compares the key, and returns the call once the comparison is held up.</summary>
    public async Task<Task<T>> HoldUpAsync<T>(Func<Task<T>> call)
    {
        _isSlow = true;
        var held = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        await Task.Run(Enter);
        return held;
    }

    /// <summary>The call goes on.</summary>
    public void Release() => _released.Set();

    public override bool Equals(object? obj)
    {
        Look();
        return obj is SlowKey;
    }

    public override int GetHashCode()
    {
        Look();
        return 1;
    }

    public void Dispose()
    {
        _released.Set();
        _entered.Dispose();
    }

    private void Enter()
    {
        if (!_entered.Wait(Limit))
            throw new TimeoutException("The key was not compared.");
    }

    private void Look()
    {
        if (!_isSlow)
            return;
        _entered.Set();
        _released.Wait(Limit);
    }
}
