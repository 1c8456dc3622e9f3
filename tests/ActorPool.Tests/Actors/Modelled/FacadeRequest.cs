using ActorPool.Actors;
using ActorPool.Tests.Core.Support;

namespace ActorPool.Tests.Actors.Modelled;

/// <summary>A call of the facade.</summary>
internal sealed class FacadeRequest : Request
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly ValueTask<PooledConnection> _answer;

    public FacadeRequest(TestWaiter model, PoolContext context)
        : base(model) => _answer = AcquireRequest.Send(context, model.Key, "test.cs", 1, _cancellation.Token, isExclusive: model.Alone);

    public override void Cancel()
    {
        _cancellation.Cancel();
        IsOver = true;
        BrokenPromiseException.Unless(_answer.IsCompleted, $"{Model.Name} was cancelled and goes on waiting");
        Assert.Throws<OperationCanceledException>(() => _answer.GetAwaiter().GetResult());
    }

    public override void Read()
    {
        if (!_answer.IsCompleted)
            return;
        try
        {
            Answer(_answer.GetAwaiter().GetResult());
        }
        catch (Exception error)
        {
            Answer(error);
        }
    }
}
