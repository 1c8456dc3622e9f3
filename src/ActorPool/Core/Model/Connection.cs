namespace ActorPool.Core.Model;

/// <summary>The open connection of a slot: how old it is, and when something was last heard on it.</summary>
/// <param name="expiresAt">Past this it is replaced as soon as no borrower holds it.</param>
/// <param name="testAfter">When nothing was heard from the server for this long, it is tested while idle.</param>
internal sealed class Connection(TimeSpan expiresAt, TimeSpan testAfter)
{
    public TimeSpan ExpiresAt { get; } = expiresAt;

    public TimeSpan TestAfter { get; } = testAfter;

    /// <summary>Since when it has been idle, not counting tests.</summary>
    public TimeSpan IdleSince { get; set; }

    /// <summary>When the server last answered on it.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>When the user's check last passed, if that counts for the next lease.</summary>
    public TimeSpan CheckedAt { get; set; } = TimeSpan.MinValue;

    public bool WasLent { get; set; }
}
