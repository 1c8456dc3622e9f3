namespace ActorPool.Demo.Checks;

/// <summary>One condition that must hold at the end of a run.</summary>
/// <param name="Holds">Whether it does.</param>
/// <param name="Words">The condition, with the numbers that were found.</param>
internal sealed record Check(bool Holds, string Words);
