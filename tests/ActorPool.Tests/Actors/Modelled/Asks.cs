namespace ActorPool.Tests.Actors.Modelled;

/// <summary>The result of an Ask that was answered.</summary>
internal static class Asks
{
    /// <summary>The answer, or the error with which it was refused.</summary>
    public static object ResultOf<T>(Task<T> ask)
        where T : notnull
    {
        try
        {
            return ask.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
