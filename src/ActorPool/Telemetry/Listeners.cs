
namespace ActorPool.Telemetry;

/// <summary>Calls listeners, which are user code: no borrow, return or open fails because one throws.</summary>
internal static class Listeners
{
    /// <summary>Creates an instrument or source, which calls listeners at once. Null when one of them throws: then there is no such instrument.</summary>
    public static T? Publish<T>(Func<T> create)
        where T : class
    {
        try
        {
            return create();
        }
        catch (Exception)
        {
            // If it were rethrown, the static initializer would fail, and the type could never be used.
            return null;
        }
    }

    /// <summary>Calls listeners.</summary>
    public static void Tell<TState>(TState state, Action<TState> tell)
    {
        try
        {
            tell(state);
        }
        catch (Exception)
        {
            // The listener has to handle its own errors.
        }
    }
}
