using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace ActorPool.Actors;

/// <summary>
/// The source of a caller's <see cref="ValueTask"/>. It is awaited once. Taking the result early blocks until it is there, as with a Task;
/// a second await gets an error that says so.
/// </summary>
/// <remarks>A mutable struct: a field of its request, never copied. Continuations run on the thread pool or in the caller's context.</remarks>
[SuppressMessage("Performance", "CA1815", Justification = "It is not compared.")]
internal struct Promise<T>()
{
    private ManualResetValueTaskSourceCore<T> _core = new() { RunContinuationsAsynchronously = true };
    private LateCallers? _late;
    private int _isAwaited;

    public short Version => _core.Version;

    /// <summary>The result is there. Another thread may use the request again from this moment on.</summary>
    public void SetResult(T result)
    {
        _core.SetResult(result);
        Volatile.Read(ref _late)?.GoOn();
    }

    /// <summary>As <see cref="SetResult"/>. A continuation that needs no context of its caller runs on this thread.</summary>
    public void SetResultHere(T result)
    {
        _core.RunContinuationsAsynchronously = false;
        SetResult(result);
    }

    public void SetException(Exception error)
    {
        _core.SetException(error);
        Volatile.Read(ref _late)?.GoOn();
    }

    public ValueTaskSourceStatus GetStatus(short token) => token == _core.Version ? _core.GetStatus(token) : throw TakenTwice();

    /// <summary>Blocks until the result is there.</summary>
    public void Wait(short token)
    {
        if (GetStatus(token) == ValueTaskSourceStatus.Pending)
            Late().BlockUntilDone(ref this, token);
    }

    public T GetResult(short token) => _core.GetResult(token);

    /// <summary>Never throws: an exception at the beginning of an await would end the process.</summary>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // The core has room for one continuation. A second one would overwrite the state of the first.
        if (Interlocked.Exchange(ref _isAwaited, 1) == 0)
            CallerContext.OnCompleted(ref _core, continuation, state, token, flags);
        else
            Late().GoOnWhenDone(ref this, token, CallerContext.Wrap(continuation, state, flags));
    }

    /// <summary>For the next use. The token of this one is refused from now on.</summary>
    public void Reset()
    {
        _core.Reset();
        _core.RunContinuationsAsynchronously = true;
        _isAwaited = 0;
    }

    private bool IsDone(short token) => token != _core.Version || _core.GetStatus(token) != ValueTaskSourceStatus.Pending;

    private LateCallers Late()
    {
        var late = LazyInitializer.EnsureInitialized(ref _late);
        // The thread that sets the result checks for late callers without a fence; this one serves both threads.
        Interlocked.MemoryBarrierProcessWide();
        return late;
    }

    private static InvalidOperationException TakenTwice() =>
        new("This ValueTask of the pool was awaited twice, or its result was taken twice. Await it once, or keep the Task of AsTask(), which can be awaited as often as you like.");

    /// <summary>Callers that block their thread, and those that await a second time.</summary>
    private sealed class LateCallers
    {
        private readonly List<(Action<object?> Continuation, object? State)> _continuations = [];

        public void GoOn()
        {
            lock (_continuations)
            {
                Monitor.PulseAll(_continuations);
                foreach (var (continuation, state) in _continuations)
                    ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: false);
                _continuations.Clear();
            }
        }

        public void BlockUntilDone(ref Promise<T> promise, short token)
        {
            lock (_continuations)
            {
                while (!promise.IsDone(token))
                    Monitor.Wait(_continuations);
            }
        }

        public void GoOnWhenDone(ref Promise<T> promise, short token, (Action<object?> Continuation, object? State) late)
        {
            lock (_continuations)
            {
                _continuations.Add(late);
                if (promise.IsDone(token))
                    GoOn();
            }
        }
    }
}
