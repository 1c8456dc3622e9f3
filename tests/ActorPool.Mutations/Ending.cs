namespace ActorPool.Mutations;

/// <summary>How a command ended.</summary>
internal enum Ending
{
    Success,
    Failure,
    TimedOut,
}
