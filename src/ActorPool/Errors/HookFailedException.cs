namespace ActorPool.Errors;

/// <summary>A hook of the user's threw, took too long or left the connection in use. Never leaves the pool: what went wrong is inside.</summary>
internal sealed class HookFailedException(string hook, Exception error, bool retires = false) : Exception($"the hook {hook} failed: {error.Message}", error)
{
    public string Hook { get; } = hook;

    public Exception Error { get; } = error;

    /// <summary>The error means that the session is of no more use, and perhaps its siblings (<c>retire-on</c>).</summary>
    public bool Retires { get; } = retires;
}
