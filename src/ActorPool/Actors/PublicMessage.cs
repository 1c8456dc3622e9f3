namespace ActorPool.Actors;

/// <summary>What users send to the manager, and what must be answered.</summary>
internal static class PublicMessage
{
    public static bool Is(object? message) =>
        message is GetConn or PutConn or CloseAll or GetStatistics or Resize or Drain or Pause or Resume or GetLeases;
}
