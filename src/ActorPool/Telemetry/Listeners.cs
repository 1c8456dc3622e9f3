
namespace ActorPool.Telemetry;

/// <summary>Whoever listens is user code, and what it throws is its own matter: no borrow, return or open fails because of it.</summary>
internal static class Listeners
{
    /// <summary>Makes something of which listeners are told at once. Null when one of them throws: nobody hears of it then.</summary>
    public static T? Publish<T>(Func<T> create)
        where T : class
    {
        try
        {
            return create();
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Tells them something.</summary>
    public static void Tell<TState>(TState state, Action<TState> tell)
    {
        try
        {
            tell(state);
        }
        catch (Exception)
        {
            // Its own matter.
        }
    }
}
