namespace ActorPool.Demo.Server;

/// <summary>A summary of the samples of the pool's backends.</summary>
/// <param name="Count">How many samples were taken.</param>
/// <param name="Now">Backends in the last one.</param>
/// <param name="Highest">Backends in the one with the most.</param>
/// <param name="LongestGap">The longest time between two samples.</param>
/// <param name="Error">Why sampling ended early; null when it did not.</param>
internal sealed record Sampling(long Count, int Now, int Highest, TimeSpan LongestGap, string? Error)
{
    public Sampling With(int backends, TimeSpan gap) => this with
    {
        Count = Count + 1,
        Now = backends,
        Highest = Math.Max(Highest, backends),
        LongestGap = gap > LongestGap ? gap : LongestGap,
    };
}
