namespace ActorPool.Errors;

/// <summary>A hook of the user threw, took too long or left the connection in use. It stays inside the pool; the user gets the inner error.</summary>
internal sealed class HookFailedException(string hook, Exception error, bool retires = false) : Exception($"the hook {hook} failed: {error.Message}", error)
{
    public string Hook { get; } = hook;

    public Exception Error { get; } = error;

    /// <summary>The error means that the session, and perhaps every other one, can no longer be used (<c>retire-on</c>).</summary>
    public bool Retires { get; } = retires;
}
