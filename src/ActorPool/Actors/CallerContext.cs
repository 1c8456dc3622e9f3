using System.Threading.Tasks.Sources;

namespace ActorPool.Actors;

/// <summary>
/// A continuation that has to run in its caller's context. It is posted there from the thread pool, and never by the thread that has the
/// answer: a context is user code, which may run the continuation at once, or throw.
/// </summary>
internal sealed class CallerContext(SynchronizationContext? context, TaskScheduler scheduler, Action<object?> continuation, object? state)
{
    /// <summary>Registers a continuation with a promise that runs its continuations on the thread pool.</summary>
    public static void OnCompleted<T>(
        ref ManualResetValueTaskSourceCore<T> promise, Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        (continuation, state) = Wrap(continuation, state, flags);
        promise.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }

    /// <summary>Wraps a continuation that runs on the thread pool: from there it is posted to its caller's context, if the caller asked for that.</summary>
    public static (Action<object?> Continuation, object? State) Wrap(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags) =>
        (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 && Captured(continuation, state) is { } caller
            ? (static caller => ((CallerContext)caller!).Post(), caller)
            : (continuation, state);

    private static CallerContext? Captured(Action<object?> continuation, object? state)
    {
        var context = SynchronizationContext.Current;
        if (context is not null && context.GetType() != typeof(SynchronizationContext))
            return new CallerContext(context, TaskScheduler.Default, continuation, state);
        return TaskScheduler.Current != TaskScheduler.Default ? new CallerContext(null, TaskScheduler.Current, continuation, state) : null;
    }

    // A context that is shut down may throw anything; its caller continues without it.
    private void Post()
    {
        try
        {
            if (context is not null)
                context.Post(new SendOrPostCallback(continuation), state);
            else
                Task.Factory.StartNew(continuation, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
        catch (Exception)
        {
            continuation(state);
        }
    }
}
