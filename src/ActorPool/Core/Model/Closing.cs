namespace ActorPool.Core.Model;

/// <summary>The end of a connection. Written by <c>Core/Slots</c> alone.</summary>
internal sealed class Closing
{
    public CloseReason Reason { get; set; }

    /// <summary>A borrower used it last, and an open transaction may last until the backend is gone.</summary>
    public bool FollowsUse { get; set; }

    /// <summary>When the unanswered round trip started; null when none was in flight.</summary>
    public TimeSpan? UnansweredSince { get; set; }
}
