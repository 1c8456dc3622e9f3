namespace ActorPool.Tests.PostgreSQL.Insight;

/// <summary>A key of a user's that can hold up whoever looks at it, and so the manager.</summary>
internal sealed class SlowKey : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _entered = new();
    private readonly ManualResetEventSlim _released = new();
    private volatile bool _isSlow;

    /// <summary>Makes a call that looks at the key. Comes back with the call when that is held up.</summary>
    public async Task<Task<T>> HoldUpAsync<T>(Func<Task<T>> call)
    {
        _isSlow = true;
        // A thread of its own: the manager may run on it.
        var held = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        await Task.Run(Enter);
        return held;
    }

    /// <summary>The call goes on.</summary>
    public void Release() => _released.Set();

    public override bool Equals(object? obj)
    {
        Look();
        return ReferenceEquals(this, obj);
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
            throw new TimeoutException("Nobody looked at the key.");
    }

    private void Look()
    {
        if (!_isSlow)
            return;
        _entered.Set();
        _released.Wait(Limit);
    }
}
