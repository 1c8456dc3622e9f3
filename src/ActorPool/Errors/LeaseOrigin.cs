namespace ActorPool.Errors;

/// <summary>Where a lease was borrowed: a place in the source, or an actor. It refers to nothing that would keep a lease alive.</summary>
internal readonly record struct LeaseOrigin(string? File, int Line, object? Actor = null)
{
    public override string ToString() => (Actor, File) switch
    {
        (null, null) => "an unknown caller",
        (null, _) => Place!,
        (_, null) => Actor.ToString()!,
        _ => $"{Actor}, at {Place}",
    };

    // A place without a line is a text.
    private string? Place => Line == 0 ? File : $"{File}:{Line}";
}
