namespace ActorPool.HostedApp;

/// <summary>Has the program call <c>StopAsync</c> itself, as programs do that do not use <c>RunAsync</c>.</summary>
internal sealed class StopButton
{
    private readonly TaskCompletionSource _pressed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Pressed => _pressed.Task;

    public void Press() => _pressed.TrySetResult();
}
