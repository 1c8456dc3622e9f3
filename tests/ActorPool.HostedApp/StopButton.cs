namespace ActorPool.HostedApp;

/// <summary>Makes the program call <c>StopAsync</c> itself, as programs without <c>RunAsync</c> do.</summary>
internal sealed class StopButton
{
    private readonly TaskCompletionSource _pressed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Pressed => _pressed.Task;

    public void Press() => _pressed.TrySetResult();
}
