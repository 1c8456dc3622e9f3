namespace ActorPool.Testing.Connections;

/// <summary>The words for a failure of the function that makes the connections of a test.</summary>
internal static class OpenFailure
{
    public const string What = "the function that was given to TestConnectionPool made no open connection";

    public const string Remedy = "Return a DbConnection from it, open or closed: a new one each time, or the same one.";
}
