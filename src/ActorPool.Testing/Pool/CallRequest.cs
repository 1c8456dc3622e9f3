using ActorPool.Errors;

namespace ActorPool.Testing.Pool;

/// <summary>A request by a call: its answer completes a task.</summary>
internal sealed class CallRequest(GetConn? request, object? key, LeaseOrigin origin) : TestRequest(key, request?.CheckedTimeout, request is { Exclusive: true }, origin)
{
    private readonly TaskCompletionSource<PooledConnection> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<PooledConnection> Answer => _answer.Task;

    public override bool TryClaim() => true;

    public override void Deliver(PooledConnection lease) => _answer.TrySetResult(lease);

    public override void Refuse(Exception error) => _answer.TrySetException(error);
}
