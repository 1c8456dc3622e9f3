namespace ActorPool.Demo.Checks;

/// <summary>One thing that must hold.</summary>
/// <param name="Holds">Whether it does.</param>
/// <param name="Words">What must hold, with the numbers that were found.</param>
internal sealed record Check(bool Holds, string Words);
