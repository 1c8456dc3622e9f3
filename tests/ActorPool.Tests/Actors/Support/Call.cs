namespace ActorPool.Tests.Actors.Support;

/// <summary>A call of the facade whose caller has not come to await it.</summary>
internal sealed class Call(ValueTask<PooledConnection> answer)
{
    public bool IsAnswered => answer.IsCompleted;

    /// <summary>Awaits it; to be called once.</summary>
    public PooledConnection Result => answer.GetAwaiter().GetResult();

    /// <summary>Awaits its refusal; to be called once.</summary>
    public void IsRefused(PoolErrorKind kind) => Assert.Equal(kind, Assert.Throws<PoolException>(() => Result).Kind);

    /// <summary>Awaits its cancellation; to be called once.</summary>
    public void IsCancelled() => Assert.Throws<OperationCanceledException>(() => Result);
}
